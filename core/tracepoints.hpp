#pragma once
// What the guest kernel tells through its debug port (kernel_stub/abi/tracepoints.h), as events of
// the trace.
#include "core/cpu.hpp"
#include "core/trace/event.hpp"

#include <functional>
#include <optional>

namespace ringside {

// Bytes at a linear address under the current CR3, without any effect; shorter where a page is
// absent.
using Peek = std::function<std::string(u64 address, std::size_t size)>;

// Nothing for a number this host does not know: an older or newer kernel may tell more.
[[nodiscard]] std::optional<trace::Body> read_tracepoint(Cpu const& registers, Peek const& peek);

} // namespace ringside
