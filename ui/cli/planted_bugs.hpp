#pragma once
// The names of `--bug`: the kernel's planted bugs, from the table that the kernel itself is built
// with (kernel_stub/abi/bugs.h).
#include <string>

namespace ringside::cli {

// Empty when the kernel has the bug of this name; else why not, with the names there are.
[[nodiscard]] std::string check_bug(std::string const& name);
// What `--bug` is for, with the bugs that the kernel has.
[[nodiscard]] std::string bug_help();

} // namespace ringside::cli
