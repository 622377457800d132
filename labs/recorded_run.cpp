#include "labs/recorded_run.hpp"

#include "core/host_error.hpp"

#include <fmt/format.h>
#include <sstream>

namespace ringside::labs {

namespace {

MachineConfig config_of(RunRequest const& request, RunPlaces const& places) {
    MachineConfig config;
    auto const split = parse_split(request.split);
    if (!split) {
        throw HostError{fmt::format("there is no split '{}'", request.split)};
    }
    config.split = *split;
    config.program = places.programs / request.program;
    config.program_name = request.program;
    config.guest_directory = places.programs;
    config.kernel = places.kernel;
    std::istringstream words{request.arguments};
    for (std::string word; words >> word;) {
        config.arguments.push_back(word);
    }
    bool const has_unit = request.ram.ends_with('M');
    u64 const mebibytes =
        has_unit ? evaluate(request.ram.substr(0, request.ram.size() - 1), {}) : 0;
    if (mebibytes < 16 || mebibytes > 512) {
        throw HostError{fmt::format("RAM is 16M to 512M, not '{}'", request.ram)};
    }
    config.ram_bytes = mebibytes << 20U;
    config.features = request.features;
    config.cold_tlb = true; // a walk for every page that a call touches
    return config;
}

RunRequest filled(RunRequest request, Names const& names) {
    request.arguments = fill_in(request.arguments, names);
    request.ram = fill_in(request.ram, names);
    for (auto& [name, word] : request.features) {
        word = fill_in(word, names);
    }
    return request;
}

} // namespace

RecordedRun::RecordedRun(RunRequest const& request, RunPlaces const& places, Names const& names,
                         u64 max_insns)
    : request_{filled(request, names)}
    , session_{std::make_shared<Session>(config_of(request_, places))} {
    session_->record(max_insns);
    outline_ = trace::make_outline(session_->events());
}

std::optional<u64> RecordedRun::user_cr3(u64 event) const {
    for (u64 i = std::min<u64>(event + 1, events().size()); i-- > 0;) {
        if (events()[i].cpl == 3) {
            return events()[i].cr3;
        }
    }
    return std::nullopt;
}

std::vector<u8> RecordedRun::user_bytes(u64 event, u64 address, std::size_t size) const {
    session_->go_to_event(event);
    return session_->peek(LinearAddress{address}, size, user_cr3(event));
}

std::vector<u8> RecordedRun::kernel_bytes(u64 event, u64 address, std::size_t size) const {
    session_->go_to_event(event);
    return session_->peek(LinearAddress{address}, size);
}

} // namespace ringside::labs
