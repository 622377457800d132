#pragma once
// What is known of each system call besides its number: how its arguments are shown
// (kernel_stub/abi/syscalls.h).
#include "core/trace/event.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace ringside::trace {

// The format letters of a call's arguments ("db2d"); nullptr for a call that the table does not
// have.
[[nodiscard]] char const* argument_format(Syscall const& call);

// How many arguments the call has: by the table; 6 for an unknown call.
[[nodiscard]] std::size_t argument_count(Syscall const& call);

// The user's bytes at an address; shorter where a page is absent.
using UserBytes = std::function<std::string(u64 address, std::size_t size)>;

// `write(1, "hello\n", 6)`, as strace shows it. Without `bytes` every pointer is its address.
[[nodiscard]] std::string call_text(Syscall const& call, UserBytes const& bytes = {});

// `6`, `-1 EFAULT (Bad address)`, `0x40000000` for calls that return an address.
[[nodiscard]] std::string result_text(std::string_view name, i64 result);

// A C string literal of the bytes: "\n" and the like escaped, other unprintable bytes in octal.
[[nodiscard]] std::string quoted(std::string_view bytes);

} // namespace ringside::trace
