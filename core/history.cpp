#include "core/history.hpp"

#include <algorithm>

namespace ringside {

namespace {

constexpr std::size_t most_keyframes = 128;

} // namespace

u64 History::next_keyframe_tick() const {
    return keyframes_.empty() ? 0 : keyframes_.back().state.ticks + interval_;
}

void History::take_keyframe() {
    Ram::Image image = machine_.ram().take_image();
    machine_.note_writable_frames();
    keyframes_.push_back({.state = machine_.save(), .image = std::move(image)});
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

void History::go_to_tick(u64 tick) {
    auto const after = std::ranges::upper_bound(
        keyframes_, tick, {}, [](Keyframe const& keyframe) { return keyframe.state.ticks; });
    Keyframe const& nearest = *std::prev(after);
    if (machine_.ticks() > tick || machine_.ticks() < nearest.state.ticks) {
        restore(nearest);
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
