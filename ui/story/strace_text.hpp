#pragma once
// The run as strace prints it: one line a system call with decoded arguments and result, faults and
// signals between. A fault inside a call stands below the call's line, indented.
#include "ui/story/told_run.hpp"

#include <iosfwd>

namespace ringside::story {

void write_strace(std::ostream& out, ToldRun const& run);

} // namespace ringside::story
