#include "core/history.hpp"

#include <algorithm>
#include <array>

namespace ringside {

namespace {

constexpr std::size_t most_keyframes = 128;
constexpr std::size_t most_remembered = 6;
// On the way back states are remembered so many ticks before its end: the next steps back are
// short, of whatever length they are.
constexpr std::array<u64, 3> run_ups{8192, 2048, 512};

} // namespace

u64 History::next_keyframe_tick() const {
    return keyframes_.empty() ? 0 : keyframes_.back().state.ticks + interval_;
}

History::Keyframe History::take() {
    Ram::Image image = machine_.ram().take_image();
    machine_.note_writable_frames();
    return {.state = machine_.save(), .image = std::move(image)};
}

void History::remember_here() {
    bool const known = std::ranges::any_of(remembered_, [&](Keyframe const& keyframe) {
        return keyframe.state.ticks == machine_.ticks();
    });
    if (known) {
        return;
    }
    if (remembered_.size() == most_remembered) {
        remembered_.pop_front();
    }
    remembered_.push_back(take());
}

void History::take_keyframe() {
    keyframes_.push_back(take());
    if (keyframes_.size() > most_keyframes) {
        thin_out();
    }
}

void History::thin_out() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < keyframes_.size(); i += 2) {
        std::swap(keyframes_[kept++], keyframes_[i]);
    }
    keyframes_.resize(kept);
    interval_ *= 2;
}

void History::restore(Keyframe const& keyframe) {
    machine_.ram().restore_image(keyframe.image);
    machine_.restore(keyframe.state);
}

History::Keyframe const& History::nearest(u64 tick) const {
    auto const after = std::ranges::upper_bound(
        keyframes_, tick, {}, [](Keyframe const& keyframe) { return keyframe.state.ticks; });
    Keyframe const* best = &*std::prev(after);
    for (Keyframe const& keyframe : remembered_) {
        bool const nearer =
            keyframe.state.ticks <= tick && keyframe.state.ticks > best->state.ticks;
        best = nearer ? &keyframe : best;
    }
    return *best;
}

void History::go_to_tick(u64 tick) {
    Keyframe const& from = nearest(tick);
    bool const back = machine_.ticks() > tick;
    if (back || machine_.ticks() < from.state.ticks) {
        restore(from);
    }
    for (u64 const run_up : run_ups) {
        if (back && tick - machine_.ticks() > 2 * run_up) {
            machine_.run_until_tick(tick - run_up);
            remember_here();
        }
    }
    machine_.run_until_tick(tick);
}

void History::go_to_insn(u64 insn) {
    auto const not_before = std::ranges::lower_bound(
        keyframes_, insn, {}, [](Keyframe const& keyframe) { return keyframe.state.insns; });
    Keyframe const& nearest =
        not_before == keyframes_.begin() ? *not_before : *std::prev(not_before);
    if (machine_.insns() >= insn || machine_.ticks() < nearest.state.ticks) {
        restore(nearest);
    }
    machine_.run_until_insn(insn);
}

} // namespace ringside
