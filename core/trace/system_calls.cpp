#include "core/trace/system_calls.hpp"

#include "core/trace/names.hpp"
#include "kernel_stub/abi/syscalls.h"

#include <algorithm>
#include <array>

namespace ringside::trace {

namespace {

struct Row {
    i32 i386;
    i32 x86_64;
    std::string_view name;
    char const* format;
};

#define RINGSIDE_ROW(i386, x86_64, name, format) Row{i386, x86_64, #name, format},
constexpr auto rows = std::to_array<Row>({RINGSIDE_SYSCALLS(RINGSIDE_ROW)});
#undef RINGSIDE_ROW

constexpr std::size_t shown_bytes = 32; // strace's default
constexpr u64 largest_errno = 4095;

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
    return quoted(found) + (size > wanted ? "..." : "");
}

// A user string up to its NUL.
std::string string_text(u64 address, UserBytes const& bytes) {
    if (!bytes || address == 0) {
        return pointer_text(address);
    }
    std::string const found = bytes(address, shown_bytes + 1);
    auto const end = found.find('\0');
    if (end != std::string::npos) {
        return quoted(std::string_view{found}.substr(0, end));
    }
    if (found.size() <= shown_bytes) {
        return pointer_text(address);
    }
    return quoted(std::string_view{found}.substr(0, shown_bytes)) + "...";
}

} // namespace

char const* argument_format(Syscall const& call) {
    for (Row const& row : rows) {
        if (row.name == call.name) {
            return row.format;
        }
    }
    for (Row const& row : rows) {
        i32 const number = call.abi32 ? row.i386 : row.x86_64;
        if (number >= 0 && static_cast<u32>(number) == call.nr) {
            return row.format;
        }
    }
    return nullptr;
}

std::size_t argument_count(Syscall const& call) {
    char const* const format = argument_format(call);
    return format != nullptr ? count_letters(format) : std::min<std::size_t>(call.argc, 6);
}

std::string call_text(Syscall const& call, UserBytes const& bytes) {
    char const* const known = argument_format(call);
    std::string_view const format = known != nullptr ? std::string_view{known} : "xxxxxx";
    std::string text = (call.name.empty() ? "syscall_" + hex(call.nr) : call.name) + "(";
    std::size_t argument = 0;
    for (std::size_t at = 0; at < format.size() && argument < argument_count(call); ++at) {
        u64 const value = call.args[argument];
        text += argument > 0 ? ", " : "";
        switch (format[at]) {
        case 'd':
            text += signed_text(call, value);
            break;
        case 'p':
            text += pointer_text(value);
            break;
        case 's':
            text += string_text(value, bytes);
            break;
        case 'b': {
            ++at; // the digit: which argument counts the bytes
            auto const counter = static_cast<std::size_t>(format[at] - '0');
            text += buffer_text(value, counter < 6 ? call.args[counter] : 0, bytes);
            break;
        }
        default:
            text += hex(value);
        }
        ++argument;
    }
    return text + ")";
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
    bool const address = name == "brk" || name.find("mmap") != std::string_view::npos;
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
