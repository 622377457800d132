#pragma once
// The numbers that programs pass to system calls by names: PROT_READ|PROT_WRITE, MAP_SHARED,
// O_RDONLY, SIGCHLD. By the format letters of kernel_stub/abi/syscalls.h; the values are Linux's.
#include "core/x86/integers.hpp"

#include <optional>
#include <string>

namespace ringside::trace {

// None: the letter is not one of these.
[[nodiscard]] std::optional<std::string> named_argument(char letter, u64 value);

// si_code's name, which depends on the signal; a number where it has none.
[[nodiscard]] std::string signal_code_text(u32 signal, i32 code);

// SA_SIGINFO|SA_RESTART
[[nodiscard]] std::string sigaction_flags_text(u64 flags);

} // namespace ringside::trace
