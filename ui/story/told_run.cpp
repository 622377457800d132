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

trace::UserBytes bytes_of_call(ToldRun const& run, u64 call) {
    if (!run.bytes) {
        return {};
    }
    return [&run, call](u64 address, std::size_t size) {
        std::string found = run.bytes(call, address, size);
        u32 const scene = run.outline.scene_of[call];
        bool fetched = false; // since the last look
        for (u64 i = call + 1; found.size() < size && i <= run.outline.scenes[scene].last; ++i) {
            if (run.outline.scene_of[i] != scene) {
                continue;
            }
            if (fetched) {
                std::string const now = run.bytes(i, address, size);
                found = now.size() > found.size() ? now : found;
            }
            fetched = trace::as<trace::FaultIn>(run.events[i]) != nullptr;
        }
        return found;
    };
}

std::string call_at(ToldRun const& run, u64 event) {
    auto const* call = trace::as<trace::Syscall>(run.events[event]);
    if (call == nullptr) {
        return "";
    }
    return trace::call_text(*call, bytes_of_call(run, event));
}

} // namespace ringside::story
