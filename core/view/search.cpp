// Moves that look for a place: over, out, and running to a stop, forwards and
// backwards.
#include "core/view/cockpit.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::view {

namespace {

constexpr u64 chunk = 8192; // ticks that are replayed at once when looking backwards

// Is the stack as far out as it was, in the same ring? Then a call, an INT or a
// fault is over.
bool back_at_level(Cpu const& cpu, Ring ring, u64 stack) {
    return number(cpu.cpl()) > number(ring) || (cpu.cpl() == ring && cpu[Gpr::RSP] >= stack);
}

u64 instruction_at(Cpu const& cpu) {
    return cpu.segments[seg::SegmentName::CS].base + cpu.rip;
}

} // namespace

// Looks at one tick after the other. `begin` is called before a stretch of
// them, with the session at the tick before it; `stops` at each, and says why
// in words, or nothing.
class Seeker {
public:
    Seeker() = default;
    Seeker(Seeker const&) = delete;
    Seeker(Seeker&&) = delete;
    Seeker& operator=(Seeker const&) = delete;
    Seeker& operator=(Seeker&&) = delete;
    virtual ~Seeker() = default;
    virtual void begin(Session const& /*session*/) {}
    virtual std::optional<std::string> stops(Session const& session) = 0;
};

namespace {

std::optional<std::string> at_breakpoint(Settings const& settings, Session const& session) {
    u64 const here = instruction_at(session.cpu());
    return settings.breakpoints.contains(here)
               ? std::optional{fmt::format("breakpoint at {:08x}", here)}
               : std::nullopt;
}

// A condition of registers, or a breakpoint on the way.
template <class Condition>
class LevelSeeker final : public Seeker {
public:
    LevelSeeker(Settings const& settings, Condition condition)
        : settings_{settings}
        , condition_{condition} {}
    std::optional<std::string> stops(Session const& session) override {
        return condition_(session.cpu()) ? std::optional{std::string{}}
                                         : at_breakpoint(settings_, session);
    }

private:
    Settings const& settings_;
    Condition condition_;
};

// Breakpoints, and watched values that differ from those a tick earlier.
class StopSeeker final : public Seeker {
public:
    explicit StopSeeker(Settings const& settings)
        : settings_{settings} {}
    void begin(Session const& session) override {
        last_.clear();
        for (Watch const& watch : settings_.watches) {
            last_.push_back(watch.words(session));
        }
    }
    std::optional<std::string> stops(Session const& session) override {
        std::optional<std::string> why = at_breakpoint(settings_, session);
        for (std::size_t at = 0; at < last_.size(); ++at) {
            std::string value = settings_.watches[at].words(session);
            if (value != last_[at]) {
                why = fmt::format("watch {}: {} became {}", settings_.watches[at].text(), last_[at],
                                  value);
                last_[at] = std::move(value);
            }
        }
        return why;
    }

private:
    Settings const& settings_;
    std::vector<std::string> last_;
};

} // namespace

Cpu const& Cockpit::cpu_at(u64 tick) {
    subject_.session->go_to_tick(tick);
    return subject_.session->cpu();
}

u64 Cockpit::linear_ip(Cpu const& cpu) const {
    return instruction_at(cpu);
}

// The next event, or the last one, at which a stop holds.
std::optional<u64> Cockpit::stopping_event(Direction direction) const {
    auto const& all = subject_.session->events();
    auto const holds = [&](u64 event) {
        return std::any_of(settings_.stops.begin(), settings_.stops.end(),
                           [&](EventStop const& stop) { return stop.holds(all[event]); });
    };
    if (direction == Direction::Forward) {
        bool const waiting = at_.event < all.size() && all[at_.event].tick > at_.tick;
        for (u64 event = at_.event + (waiting ? 0 : 1); event < all.size(); ++event) {
            if (holds(event)) {
                return event;
            }
        }
        return std::nullopt;
    }
    for (u64 event = std::min<u64>(at_.event, all.size()); event-- > 0;) {
        if (holds(event)) {
            return event;
        }
    }
    return std::nullopt;
}

// To the nearest tick at which the seeker stops; but not beyond an event that
// stops, when the move is a run. Without any, to the run's end, or its
// beginning.
bool Cockpit::search(Direction direction, Seeker& seeker) {
    auto const& all = subject_.session->events();
    bool const running = unit_ == Unit::Run;
    std::optional<u64> const event = running ? stopping_event(direction) : std::nullopt;
    bool const forward = direction == Direction::Forward;
    u64 const limit = event ? all[*event].tick : forward ? last_tick() : 0;
    std::optional<u64> found;
    std::string why;
    bool const looks = !running || !settings_.breakpoints.empty() || !settings_.watches.empty();
    if (looks && forward) {
        subject_.session->go_to_tick(at_.tick);
        seeker.begin(*subject_.session);
        for (u64 tick = at_.tick + 1; tick <= limit && !found; ++tick) {
            subject_.session->go_to_tick(tick);
            if (auto reason = seeker.stops(*subject_.session)) {
                found = tick;
                why = std::move(*reason);
            }
        }
    }
    for (u64 end = at_.tick; looks && !forward && !found && end > limit;) {
        u64 const begin = end - limit > chunk ? end - chunk : limit;
        subject_.session->go_to_tick(begin == 0 ? 0 : begin - 1);
        seeker.begin(*subject_.session);
        for (u64 tick = begin; tick < end; ++tick) {
            subject_.session->go_to_tick(tick);
            if (auto reason = seeker.stops(*subject_.session)) {
                found = tick;
                why = std::move(*reason);
            }
        }
        end = begin;
    }
    if (found) {
        go_to_tick(*found);
        stopped_by_ = std::move(why);
        return true;
    }
    if (event) {
        go_to_event(*event);
        stopped_by_ = fmt::format("stop: {}", trace::kind_name(all[*event]));
        return true;
    }
    bool const moved = forward ? at_.event != events() : at_.tick != 0 || at_.event != 0;
    go_to_event(forward ? events() : 0);
    return moved;
}

bool Cockpit::step_over(Direction direction) {
    Cpu const start = cpu_at(at_.tick);
    LevelSeeker seeker{settings_, [&](Cpu const& cpu) {
                           return back_at_level(cpu, start.cpl(), start[Gpr::RSP]);
                       }};
    return search(direction, seeker);
}

bool Cockpit::step_out(Direction direction) {
    Cpu const start = cpu_at(at_.tick);
    LevelSeeker seeker{settings_, [&](Cpu const& cpu) {
                           return number(cpu.cpl()) > number(start.cpl()) ||
                                  (cpu.cpl() == start.cpl() && cpu[Gpr::RSP] > start[Gpr::RBP] + 4);
                       }};
    return search(direction, seeker);
}

bool Cockpit::run(Direction direction) {
    StopSeeker seeker{settings_};
    return search(direction, seeker);
}

} // namespace ringside::view
