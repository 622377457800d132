#include "ui/cli/recording.hpp"

#include "core/host_error.hpp"
#include "core/view/machine_view.hpp"

namespace ringside::cli {

Recording::Recording(MachineConfig const& config, u64 max_insns)
    : session_{std::make_shared<Session>(config)} {
    session_->record(max_insns);
    outline_ = std::make_shared<trace::Outline const>(trace::make_outline(session_->events()));
}

story::ToldRun Recording::told() {
    return {.program = session_->config().program_name,
            .split = std::string{to_string(session_->config().split)},
            .events = events(),
            .outline = outline(),
            .end = end(),
            .bytes = [this](u64 event, u64 address, std::size_t size) {
                trace::Scene const& scene = outline().scenes[outline().scene_of[event]];
                u64 const user = scene.call == trace::Scene::none ? event : scene.call;
                session_->go_to_event(event);
                auto const bytes = session_->peek(LinearAddress{address}, size, events()[user].cr3);
                return std::string{bytes.begin(), bytes.end()};
            }};
}

trace::StoryPoint Recording::find(std::string_view when) const {
    auto const parsed = trace::parse_when(when);
    if (!parsed) {
        throw HostError{parsed.error()};
    }
    auto const point = trace::find_moment(parsed.value(), events(), outline(), end().insns);
    if (!point) {
        throw HostError{point.error()};
    }
    if (point.value().micro != 0) {
        u32 const steps = view::micro_steps(events()[point.value().event]);
        if (point.value().micro > steps) {
            throw HostError{"event " + std::to_string(point.value().event) + " has " +
                            std::to_string(steps) + " micro-steps, not " +
                            std::to_string(point.value().micro)};
        }
    }
    return point.value();
}

Moment Recording::go_to(std::string_view when) {
    trace::StoryPoint const point = find(when);
    if (point.insn) {
        session_->go_to_insn(*point.insn);
    } else {
        session_->go_to_event(point.event);
    }
    Moment moment = session_->moment();
    moment.event = point.event;
    moment.micro = point.micro;
    return moment;
}

} // namespace ringside::cli
