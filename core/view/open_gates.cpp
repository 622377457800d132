#include "core/view/open_gates.hpp"

#include "core/x86/exception_vector.hpp"

namespace ringside::view {

namespace {

trace::Transfer const* as_system_call(trace::Event const& event) {
    auto const* transfer = std::get_if<trace::Transfer>(&event.body);
    bool const in = transfer != nullptr && transfer->kind == trace::TransferKind::SyscallInsn;
    return in ? transfer : nullptr;
}

// An error code lies below the instruction pointer.
bool pushes_error(trace::Gate const& gate) {
    return gate.source == trace::GateSource::Exception && gate.vec < 32 &&
           has_error_code(static_cast<ExceptionVector>(gate.vec));
}

// IRET and SYSRET: the ways back.
trace::Transfer const* as_return(trace::Event const& event) {
    auto const* transfer = std::get_if<trace::Transfer>(&event.body);
    bool const back = transfer != nullptr && transfer->kind != trace::TransferKind::SyscallInsn &&
                      transfer->kind != trace::TransferKind::Far;
    return back ? transfer : nullptr;
}

} // namespace

std::vector<OpenGate> open_gates(std::span<trace::Event const> events, u32 pid) {
    // With the last return to ring 3 all gates before it are closed.
    std::size_t first = events.size();
    while (first > 0) {
        trace::Transfer const* const back = as_return(events[first - 1]);
        if (events[first - 1].pid == pid && back != nullptr && back->to.cpl == 3) {
            break;
        }
        --first;
    }
    std::vector<OpenGate> open;
    for (std::size_t index = first; index < events.size(); ++index) {
        trace::Event const& event = events[index];
        if (event.pid != pid) {
            continue;
        }
        if (auto const* gate = std::get_if<trace::Gate>(&event.body)) {
            open.push_back({index, event.cr3, gate->from, gate->to, *gate, {}});
        } else if (auto const* call = as_system_call(event)) {
            open.push_back({index, event.cr3, call->from, call->to, std::nullopt,
                            std::string{mnemonic(*call)}});
        } else if (as_return(event) != nullptr && !open.empty()) {
            open.pop_back();
        }
    }
    return open;
}

u64 OpenGate::instruction_word() const {
    return gate && pushes_error(*gate) ? gate->push_size : 0;
}

std::vector<std::string> pushed_names(trace::Gate const& gate) {
    std::vector<std::string> names{"gs", "fs", "ds", "es", "ss", "esp", "eflags", "cs", "eip"};
    if (pushes_error(gate)) {
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
