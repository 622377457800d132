#pragma once
// Keyframes of a run, and the way back: the nearest keyframe before a moment, then deterministic
// replay.
#include "core/machine.hpp"

#include <deque>
#include <vector>

namespace ringside {

class History {
public:
    explicit History(Machine& machine)
        : machine_{machine} {}

    // Distance between keyframes in ticks; doubles when there are too many.
    [[nodiscard]] u64 next_keyframe_tick() const;
    void take_keyframe();

    // Keeps the state as it is now, besides the keyframes: a way back to here is short. Only the
    // last few are kept.
    void remember_here();

    // Forwards by running, backwards by keyframe and replay; the machine tells no events meanwhile.
    void go_to_tick(u64 tick);
    // The first state in which `insn` instructions have retired.
    void go_to_insn(u64 insn);

private:
    struct Keyframe {
        MachineState state;
        Ram::Image image;
    };
    [[nodiscard]] Keyframe take();
    void restore(Keyframe const& keyframe);
    void thin_out();
    // The last keyframe that is not behind the tick.
    [[nodiscard]] Keyframe const& nearest(u64 tick) const;

    Machine& machine_;
    std::vector<Keyframe> keyframes_; // by tick; the first one is reset
    std::deque<Keyframe> remembered_; // the oldest first
    u64 interval_ = 16'384;
};

} // namespace ringside
