#pragma once
// A process's areas (VMAs) at a moment, from what the kernel told: promises, where page tables are
// facts.
#include "core/trace/event.hpp"

#include <vector>

namespace ringside::trace {

// What events before `end` left of process `pid`, by address. An operation but unmap makes its
// range this area; unmap and the end of the process take it away (kernel_stub/abi/tracepoints.h).
[[nodiscard]] std::vector<Vma> areas_at(std::vector<Event> const& events, u64 end, u32 pid);

} // namespace ringside::trace
