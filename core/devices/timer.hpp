#pragma once
// The 8254 timer of a PC: three counters at ports 0x40..0x42, commands at 0x43. Counter 0's OUT is
// interrupt line 0; the outputs of the others go nowhere, and all gates are high. Its clock is
// device time: a tick each PIT_INSNS_PER_TICK units, so that timers fire at exact instruction
// numbers.
#include "core/devices/timer_counter.hpp"

#include <array>

namespace ringside {

class Timer final : public Device {
public:
    explicit Timer(InterruptLines& lines);

    [[nodiscard]] std::span<PortRange const> ports() const override;
    [[nodiscard]] u32 read_port(u16 port, unsigned size, u64 now) override;
    void write_port(u16 port, unsigned size, u32 value, u64 now) override;
    [[nodiscard]] u64 next_event() const override { return next_event_; }
    void advance(u64 now) override;
    [[nodiscard]] std::optional<unsigned> line() const override;
    void state(StateStream& stream) override;

private:
    void command(u8 control_word, u64 tick);

    InterruptLines& lines_;
    std::array<TimerCounter, 3> counters_;
    u64 next_event_ = never; // counter 0's OUT changes
};

} // namespace ringside
