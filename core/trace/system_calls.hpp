#pragma once
// What is known of each system call besides its number: how its arguments are shown
// (kernel_stub/abi/syscalls.h).
#include "core/trace/event.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace ringside::trace {

// The name of a call by its number; "" for a number that the table does not have.
[[nodiscard]] std::string_view name_of_call(u32 number, bool abi32);

// The format letters of a call's arguments ("db2d"); nullptr for a call that the table does not
// have.
[[nodiscard]] char const* argument_format(Syscall const& call);

// How many arguments the call has: by the table; 6 for an unknown call.
[[nodiscard]] std::size_t argument_count(Syscall const& call);

// The user's bytes at an address; shorter where a page is absent.
using UserBytes = std::function<std::string(u64 address, std::size_t size)>;

// `write(1, "hello\n", 6)`, as strace shows it. Without `bytes` every pointer is its address, and
// so is one to what the call will leave behind.
[[nodiscard]] std::string call_text(Syscall const& call, UserBytes const& bytes = {});

// The same when the call is over, in two parts that make the whole: `read(3, ` was known at its
// begin, `"hello\n", 6)` has what it left behind, by the bytes at its end.
struct CallParts {
    std::string known;
    std::string rest;
};
[[nodiscard]] CallParts call_parts(Syscall const& call, i64 result, UserBytes const& before,
                                   UserBytes const& after);

// `6`, `-1 EFAULT (Bad address)`, `0x40000000` for calls that return an address.
[[nodiscard]] std::string result_text(std::string_view name, i64 result);

// A C string literal of the bytes: "\n" and the like escaped, other unprintable bytes in octal.
[[nodiscard]] std::string quoted(std::string_view bytes);

} // namespace ringside::trace
