#include "core/view/cockpit.hpp"

#include <algorithm>

namespace ringside::view {

namespace {

constexpr std::size_t views_kept = 6;

} // namespace

Cockpit::Cockpit(Subject subject)
    : subject_{std::move(subject)}
    , maker_{subject_} {
    go_to_event(0);
}

void Cockpit::go(Moment moment) {
    at_.event = std::min(moment.event, events());
    at_.tick = std::min(moment.tick, last_tick());
    at_.micro = at_.event < events()
                    ? std::min(moment.micro, micro_steps(subject_.session->events()[at_.event]))
                    : 0;
}

void Cockpit::go_to_event(u64 index) {
    u64 const event = std::min(index, events());
    go({event == events() ? last_tick() : subject_.session->events()[event].tick, event, 0});
}

Moment Cockpit::moment_at_tick(u64 tick) const {
    auto const& all = subject_.session->events();
    auto const next =
        std::lower_bound(all.begin(), all.end(), tick,
                         [](trace::Event const& event, u64 value) { return event.tick < value; });
    return {tick, static_cast<u64>(next - all.begin()), 0};
}

void Cockpit::go_to_tick(u64 tick) {
    go(moment_at_tick(std::min(tick, last_tick())));
}

bool Cockpit::go_to_key(std::string_view key) {
    u64 const event = trace::find_key(maker_.outline(), key);
    if (event == trace::Scene::none) {
        return false;
    }
    go_to_event(event);
    return true;
}

std::string Cockpit::key() const {
    return at_.event < events() ? maker_.outline().keys[at_.event] : std::string{};
}

MachineView const& Cockpit::view_at(Moment moment) {
    auto const known = std::find_if(kept_.begin(), kept_.end(),
                                    [&](Kept const& kept) { return kept.moment == moment; });
    if (known != kept_.end()) {
        kept_.splice(kept_.end(), kept_, known);
        return kept_.back().view;
    }
    if (kept_.size() == views_kept) {
        kept_.pop_front();
    }
    kept_.push_back({moment, maker_.make(moment, settings_)});
    return kept_.back().view;
}

MachineView const& Cockpit::now() {
    return view_at(at_);
}

// One unit of the last move earlier: an instruction when instructions are stepped, else an event.
Moment Cockpit::earlier() const {
    bool const by_instruction =
        unit_ == Unit::Instruction || unit_ == Unit::Over || unit_ == Unit::Out;
    if (by_instruction || unit_ == Unit::Run) {
        return moment_at_tick(at_.tick == 0 ? 0 : at_.tick - 1);
    }
    if (at_.event == 0) {
        return at_;
    }
    return {subject_.session->events()[at_.event - 1].tick, at_.event - 1, 0};
}

MachineView const& Cockpit::before() {
    return view_at(compared_ ? settings_.marks.at(*compared_) : earlier());
}

bool Cockpit::move(Unit unit, Direction direction) {
    unit_ = unit;
    stopped_by_.clear();
    switch (unit) {
    case Unit::Micro:
        return step_micro(direction);
    case Unit::Event:
        return step_event(direction);
    case Unit::Scene:
        return step_scene(direction);
    case Unit::Instruction:
        return step_tick(direction);
    case Unit::Over:
        return step_over(direction);
    case Unit::Out:
        return step_out(direction);
    case Unit::Run:
        break;
    }
    return run(direction);
}

bool Cockpit::step_event(Direction direction) {
    if (direction == Direction::Forward) {
        if (at_.event == events()) {
            return false;
        }
        bool const waiting = subject_.session->events()[at_.event].tick > at_.tick;
        go_to_event(waiting ? at_.event : at_.event + 1);
        return true;
    }
    if (at_.micro != 0) {
        at_.micro = 0;
        return true;
    }
    if (at_.event == 0) {
        return false;
    }
    go_to_event(at_.event - 1);
    return true;
}

bool Cockpit::step_micro(Direction direction) {
    auto const& all = subject_.session->events();
    bool const here = at_.event < events() && all[at_.event].tick == at_.tick;
    if (direction == Direction::Forward) {
        if (here && at_.micro < micro_steps(all[at_.event])) {
            ++at_.micro;
            return true;
        }
        return step_event(direction);
    }
    if (at_.micro != 0) {
        --at_.micro;
        return true;
    }
    if (!step_event(direction)) {
        return false;
    }
    at_.micro = micro_steps(all[at_.event]);
    return true;
}

bool Cockpit::step_scene(Direction direction) {
    auto const& scenes = maker_.scenes();
    auto const next = std::find_if(scenes.begin(), scenes.end(),
                                   [&](SceneView const& scene) { return scene.first > at_.event; });
    if (direction == Direction::Forward) {
        if (at_.event == events()) {
            return false;
        }
        go_to_event(next == scenes.end() ? events() : next->first);
        return true;
    }
    auto here = next;
    while (here != scenes.begin()) {
        --here;
        if (here->first < at_.event || (here->first == at_.event && at_.micro != 0)) {
            go_to_event(here->first);
            return true;
        }
    }
    return false;
}

bool Cockpit::step_tick(Direction direction) {
    if (direction == Direction::Forward) {
        if (at_.tick >= last_tick()) {
            bool const moved = at_.event != events();
            go_to_event(events());
            return moved;
        }
        go_to_tick(at_.tick + 1);
        return true;
    }
    if (at_.tick == 0) {
        return false;
    }
    go_to_tick(at_.tick - 1);
    return true;
}

} // namespace ringside::view
