#pragma once
// What the pointers lead to that programs pass to system calls: {tv_sec=1, tv_nsec=0}, [USR1 CHLD],
// [{WIFEXITED(s) && WEXITSTATUS(s) == 0}]. By the format letters of kernel_stub/abi/syscalls.h, in
// the layout of 32-bit programs or of 64-bit ones.
#include "core/trace/system_calls.hpp"

#include <optional>

namespace ringside::trace {

// None: the letter is not one of these, or the bytes cannot be read.
[[nodiscard]] std::optional<std::string> struct_argument(char letter, u64 address, bool abi32,
                                                         UserBytes const& bytes);

} // namespace ringside::trace
