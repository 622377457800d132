#include "core/trace/argument_structs.hpp"

#include "core/trace/argument_words.hpp"
#include "core/trace/names.hpp"

#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <numeric>
#include <vector>

namespace ringside::trace {

namespace {

constexpr std::size_t most_strings = 16; // of an array that are shown
constexpr std::size_t longest_string = 64;

using Fields = std::vector<u64>;
using Sizes = std::vector<std::size_t>; // of fields, in bytes; one lies behind the other

std::optional<Fields> fields_at(u64 address, Sizes const& sizes, UserBytes const& bytes) {
    std::size_t const whole = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
    std::string const found = bytes(address, whole);
    if (found.size() < whole) {
        return std::nullopt;
    }
    Fields fields;
    char const* at = found.data();
    for (std::size_t const size : sizes) {
        u64 field = 0;
        std::memcpy(&field, at, size);
        fields.push_back(field);
        at += size;
    }
    return fields;
}

std::string name_in_set(u32 signal) {
    constexpr u32 first_real_time = 32;
    return signal < first_real_time    ? signal_name(signal).substr(3) // without SIG
           : signal == first_real_time ? "RTMIN"
                                       : "RT_" + std::to_string(signal - first_real_time);
}

// As strace has them; of two thirds and more of the 64, those that are missing.
std::string set_text(u64 set) {
    bool const most = std::popcount(set) >= 64 * 2 / 3;
    std::string text = most ? "~[" : "[";
    bool first = true;
    for (u32 signal = 1; signal <= 64; ++signal) {
        if (((set >> (signal - 1) & 1U) != 0) != most) {
            text += (first ? "" : " ") + name_in_set(signal);
            first = false;
        }
    }
    return text + "]";
}

std::string handler_text(u64 handler) {
    return handler == 0 ? "SIG_DFL" : handler == 1 ? "SIG_IGN" : hex(handler);
}

std::string status_text(u64 whole) {
    u32 const status = static_cast<u32>(whole);
    u32 const signal = status & 0x7fU;
    u32 const high = status >> 8U & 0xffU;
    if ((status & 0xffU) == 0x7fU) {
        return fmt::format("[{{WIFSTOPPED(s) && WSTOPSIG(s) == {}}}]", signal_name(high));
    }
    return signal == 0
               ? fmt::format("[{{WIFEXITED(s) && WEXITSTATUS(s) == {}}}]", high)
               : fmt::format("[{{WIFSIGNALED(s) && WTERMSIG(s) == {}}}]", signal_name(signal));
}

std::string string_at(u64 address, UserBytes const& bytes) {
    std::string const found = bytes(address, longest_string);
    auto const end = found.find('\0');
    return end == std::string::npos ? hex(address)
                                    : trace::quoted(std::string_view{found}.substr(0, end));
}

std::optional<std::string> strings_text(u64 address, std::size_t word, UserBytes const& bytes) {
    std::string text;
    for (std::size_t i = 0; i < most_strings; ++i) {
        auto const pointer = fields_at(address + i * word, {word}, bytes);
        if (!pointer) {
            return std::nullopt;
        }
        if (pointer->front() == 0) {
            return "[" + text + "]";
        }
        text += (text.empty() ? "" : ", ") + string_at(pointer->front(), bytes);
    }
    return "[" + text + ", ...]";
}

// Handler, flags, restorer, mask.
std::string sigaction_text(Fields const& fields) {
    constexpr u32 has_restorer = 0x04000000;
    return fmt::format("{{sa_handler={}, sa_mask={}, sa_flags={}{}}}", handler_text(fields[0]),
                       set_text(fields[3]), sigaction_flags_text(fields[1]),
                       (fields[1] & has_restorer) != 0 ? ", sa_restorer=" + hex(fields[2]) : "");
}

i64 signed_word(u64 value, std::size_t word) {
    return word == 4 ? static_cast<i32>(static_cast<u32>(value)) : static_cast<i64>(value);
}

std::string text_of(char letter, std::size_t word, Fields const& fields) {
    switch (letter) {
    case 'T':
    case 'n':
        return fmt::format("{{tv_sec={}, tv_nsec={}}}", signed_word(fields[0], word),
                           signed_word(fields[1], word));
    case 'f':
        return fmt::format("[{}, {}]", fields[0], fields[1]);
    case 't':
        return status_text(fields[0]);
    case 'I':
    case 'i':
        return set_text(fields[0]);
    default:
        return sigaction_text(fields);
    }
}

// None: the letter is not one of a structure's.
Sizes sizes_of(char letter, std::size_t word) {
    switch (letter) {
    case 't':
        return {4};
    case 'T':
    case 'n':
        return {word, word};
    case 'f':
        return {4, 4};
    case 'I':
    case 'i':
        return {8};
    case 'K':
    case 'k':
        return {word, word, word, 8};
    default:
        return {};
    }
}

} // namespace

std::optional<std::string> struct_argument(char letter, u64 address, bool abi32,
                                           UserBytes const& bytes) {
    if (address == 0 || !bytes) {
        return std::nullopt;
    }
    std::size_t const word = abi32 ? 4 : 8;
    if (letter == 'V') {
        return strings_text(address, word, bytes);
    }
    Sizes const sizes = sizes_of(letter, word);
    auto const fields = sizes.empty() ? std::nullopt : fields_at(address, sizes, bytes);
    return fields ? std::optional{text_of(letter, word, *fields)} : std::nullopt;
}

} // namespace ringside::trace
