#include "core/view/open_gates.hpp"

#include "core/x86/exception_vector.hpp"

#include <map>

namespace ringside::view {

std::vector<OpenGate> open_gates(std::span<trace::Event const> events, u32 pid) {
    std::map<u32, std::vector<OpenGate>> open;
    for (std::size_t index = 0; index < events.size(); ++index) {
        trace::Event const& event = events[index];
        auto& mine = open[event.pid];
        if (auto const* gate = std::get_if<trace::Gate>(&event.body)) {
            mine.push_back({index, event.cr3, *gate});
            continue;
        }
        auto const* transfer = std::get_if<trace::Transfer>(&event.body);
        if (transfer == nullptr || transfer->kind == trace::TransferKind::SyscallInsn ||
            transfer->kind == trace::TransferKind::Far) {
            continue;
        }
        if (transfer->to.cpl == 3) {
            mine.clear();
        } else if (!mine.empty()) {
            mine.pop_back();
        }
    }
    return open[pid];
}

std::vector<std::string> pushed_names(trace::Gate const& gate) {
    std::vector<std::string> names{"gs", "fs", "ds", "es", "ss", "esp", "eflags", "cs", "eip"};
    bool const error = gate.source == trace::GateSource::Exception && gate.vec < 32 &&
                       has_error_code(static_cast<ExceptionVector>(gate.vec));
    if (error) {
        names.emplace_back("error");
    }
    std::size_t const wanted = gate.pushed.size();
    if (wanted > names.size()) {
        names.insert(names.begin(), wanted - names.size(), "?");
    }
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(names.size() - wanted));
    return names;
}

} // namespace ringside::view
