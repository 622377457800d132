#include "ui/story/told_run.hpp"

#include "core/trace/as.hpp"
#include "core/trace/names.hpp"
#include "core/trace/system_calls.hpp"

#include <fmt/format.h>

namespace ringside::story {

std::string end_text(RunEnd const& end) {
    switch (end.kind) {
        using enum EndKind;
    case Exited: {
        u32 const signal = end.wait_status & 0x7fU;
        return signal != 0 ? "killed by " + trace::signal_name(signal)
                           : fmt::format("exited with {}", (end.wait_status >> 8U) & 0xffU);
    }
    case BudgetSpent:
        return end.reason.empty()
                   ? fmt::format("stopped by the instruction budget after {} instructions",
                                 end.insns)
                   : fmt::format("stopped after {} instructions: {}", end.insns, end.reason);
    case Panic:
        return "the guest kernel panicked: " + end.reason;
    case Shutdown:
        return "the guest machine shut down: " + end.reason;
    case Halted:
        return "the guest machine halted for good: " + end.reason;
    }
    return "?";
}

std::string call_at(ToldRun const& run, u64 event) {
    auto const* call = trace::as<trace::Syscall>(run.events[event]);
    if (call == nullptr) {
        return "";
    }
    if (!run.bytes) {
        return trace::call_text(*call);
    }
    return trace::call_text(
        *call, [&](u64 address, std::size_t size) { return run.bytes(event, address, size); });
}

} // namespace ringside::story
