#include "core/trace/system_calls.hpp"

#include "core/trace/argument_structs.hpp"
#include "core/trace/argument_words.hpp"
#include "core/trace/names.hpp"
#include "kernel_stub/abi/syscalls.h"

#include <algorithm>
#include <array>

namespace ringside::trace {

namespace {

struct Row {
    i32 i386;
    i32 x86_64; // -1: none
    std::string_view name;
    char const* format;
};

#define RINGSIDE_ROW(i386, x86_64, name, format) Row{i386, x86_64, #name, format},
constexpr auto rows =
    std::to_array<Row>({RINGSIDE_SYSCALLS(RINGSIDE_ROW) RINGSIDE_SYSCALLS_X86_64(RINGSIDE_ROW)});
#undef RINGSIDE_ROW

constexpr std::size_t shown_bytes = 32; // strace's default
constexpr u64 largest_errno = 4095;
constexpr u64 page = 4096; // in which 32-bit programs count offsets of files

// The format's letters without the digits that belong to a `b`.
std::size_t count_letters(std::string_view format) {
    return static_cast<std::size_t>(
        std::ranges::count_if(format, [](char c) { return c < '0' || c > '9'; }));
}

std::string pointer_text(u64 value) {
    return value == 0 ? "NULL" : hex(value);
}

std::string signed_text(Syscall const& call, u64 value) {
    auto const narrow = static_cast<i32>(static_cast<u32>(value));
    return std::to_string(call.abi32 ? i64{narrow} : static_cast<i64>(value));
}

// A user buffer of `size` bytes: its first bytes, or its address where they cannot be read.
std::string buffer_text(u64 address, u64 size, UserBytes const& bytes) {
    auto const wanted = static_cast<std::size_t>(std::min<u64>(size, shown_bytes));
    if (!bytes || address == 0 || size > 0x7fffffffU) {
        return pointer_text(address);
    }
    std::string const found = bytes(address, wanted);
    if (found.size() < wanted) {
        return pointer_text(address);
    }
    return trace::quoted(found) + (size > wanted ? "..." : "");
}

// A user string up to its NUL.
std::string string_text(u64 address, UserBytes const& bytes) {
    if (!bytes || address == 0) {
        return pointer_text(address);
    }
    std::string const found = bytes(address, shown_bytes + 1);
    auto const end = found.find('\0');
    if (end != std::string::npos) {
        return trace::quoted(std::string_view{found}.substr(0, end));
    }
    if (found.size() <= shown_bytes) {
        return pointer_text(address);
    }
    return trace::quoted(std::string_view{found}.substr(0, shown_bytes)) + "...";
}

} // namespace

namespace {

Row const* find_row(u32 number, bool abi32) {
    auto const found =
        std::ranges::find(rows, static_cast<i32>(number), abi32 ? &Row::i386 : &Row::x86_64);
    return found != rows.end() && static_cast<i32>(number) >= 0 ? &*found : nullptr;
}

} // namespace

std::string_view name_of_call(u32 number, bool abi32) {
    Row const* const row = find_row(number, abi32);
    return row != nullptr ? row->name : std::string_view{};
}

char const* argument_format(Syscall const& call) {
    auto const named = std::ranges::find(rows, call.name, &Row::name);
    Row const* const row = named != rows.end() ? &*named : find_row(call.nr, call.abi32);
    return row != nullptr ? row->format : nullptr;
}

std::size_t argument_count(Syscall const& call) {
    char const* const format = argument_format(call);
    return format != nullptr ? count_letters(format) : std::min<std::size_t>(call.argc, 6);
}

namespace {

// What is known of a call when one of its arguments is to be shown.
struct Shown {
    Syscall const& call;
    UserBytes const& bytes;
    i64 result; // negative before it is over
};

constexpr std::string_view left_behind = "rtfikn"; // letters of what the call leaves at a pointer

// Has a call that ends so written there? The time that is left only when it was interrupted, a wait
// status only when there was a child to tell of.
bool is_left(char letter, i64 result) {
    constexpr i64 interrupted = -4; // EINTR; or begun anew by the kernel: ERESTARTSYS
    constexpr i64 restart = -512;
    switch (letter) {
    case 'n':
        return result == interrupted || result == restart;
    case 't':
        return result > 0;
    default:
        return result >= 0;
    }
}

// One argument by its letter. `digit`: which argument counts the bytes.
std::string argument_text(Shown const& shown, char letter, char digit, u64 value) {
    auto const counter = static_cast<std::size_t>(digit - '0');
    switch (letter) {
    case 'd':
        return signed_text(shown.call, value);
    case 'p':
        return pointer_text(value);
    case 's':
        return string_text(value, shown.bytes);
    case 'b':
        return buffer_text(value, counter < 6 ? shown.call.args[counter] : 0, shown.bytes);
    case 'r':
        return shown.result < 0 ? pointer_text(value)
                                : buffer_text(value, static_cast<u64>(shown.result), shown.bytes);
    default:
        break;
    }
    if (auto name = named_argument(letter, value)) {
        return *name;
    }
    if (auto content = struct_argument(letter, value, shown.call.abi32, shown.bytes)) {
        return *content;
    }
    if (letter == 'o') {
        u64 const bytes = shown.call.abi32 ? value * page : value;
        return bytes == 0 ? "0" : hex(bytes);
    }
    return letter == 'x' ? hex(value) : pointer_text(value);
}

} // namespace

CallParts call_parts(Syscall const& call, i64 result, UserBytes const& before,
                     UserBytes const& after) {
    char const* const known = argument_format(call);
    std::string_view const format = known != nullptr ? std::string_view{known} : "xxxxxx";
    CallParts parts{(call.name.empty() ? "syscall_" + hex(call.nr) : call.name) + "(", ""};
    UserBytes const none;
    bool over = false;
    std::size_t argument = 0;
    for (std::size_t at = 0; at < format.size() && argument < argument_count(call); ++at) {
        char const letter = format[at];
        bool const counted = letter == 'b' || letter == 'r';
        at += counted ? 1 : 0;
        char const digit = counted && at < format.size() ? format[at] : '9';
        bool const leaves = left_behind.find(letter) != std::string_view::npos;
        (over ? parts.rest : parts.known) += argument > 0 ? ", " : "";
        over = over || leaves;
        Shown const shown{call, !leaves ? before : is_left(letter, result) ? after : none, result};
        (over ? parts.rest : parts.known) +=
            argument_text(shown, letter, digit, call.args[argument]);
        ++argument;
    }
    parts.rest += ")";
    return parts;
}

std::string call_text(Syscall const& call, UserBytes const& bytes) {
    CallParts const parts = call_parts(call, -1, bytes, {});
    return parts.known + parts.rest;
}

std::string result_text(std::string_view name, i64 result) {
    u64 const magnitude = ~static_cast<u64>(result) + 1;
    if (result < 0 && magnitude <= largest_errno) {
        std::string_view const error = errno_name(static_cast<u32>(magnitude));
        if (!error.empty()) {
            return "-1 " + std::string{error} + " (" +
                   std::string{errno_sentence(static_cast<u32>(magnitude))} + ")";
        }
        return "-1 (errno " + std::to_string(magnitude) + ")";
    }
    bool const address =
        name == "brk" || name == "mremap" || name.find("mmap") != std::string_view::npos;
    if (!address) {
        return std::to_string(result);
    }
    // A 32-bit kernel's address above 2 GiB arrives sign-extended.
    return hex(result < 0 ? static_cast<u32>(result) : static_cast<u64>(result));
}

std::string quoted(std::string_view bytes) {
    std::string text = "\"";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const byte = static_cast<unsigned char>(bytes[i]);
        static constexpr std::string_view special = "\n\t\r\v\f\"\\";
        static constexpr std::string_view escape = "ntrvf\"\\";
        if (auto const place = special.find(bytes[i]); place != std::string_view::npos) {
            text += '\\';
            text += escape[place];
        } else if (byte >= 0x20 && byte < 0x7f) {
            text += bytes[i];
        } else {
            // Octal, short unless a digit follows: what strace writes.
            bool const digit_follows =
                i + 1 < bytes.size() && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
            text += '\\';
            if (byte >= 0100 || digit_follows) {
                text += static_cast<char>('0' + (byte >> 6U));
            }
            if (byte >= 010 || digit_follows) {
                text += static_cast<char>('0' + ((byte >> 3U) & 7U));
            }
            text += static_cast<char>('0' + (byte & 7U));
        }
    }
    return text + "\"";
}

} // namespace ringside::trace
