#include "core/devices/timer.hpp"

#include "core/x86/bits.hpp"
#include "kernel_stub/abi/ports.h"

namespace ringside {

namespace {

constexpr std::array<PortRange, 1> timer_ports{
    {{.first = PORT_PIT_COUNTER0, .count = 4, .width = 1}}};

u64 tick_of(u64 now) {
    return now / PIT_INSNS_PER_TICK;
}

} // namespace

Timer::Timer(InterruptLines& lines)
    : lines_{lines} {
    advance(0);
}

std::span<PortRange const> Timer::ports() const {
    return timer_ports;
}

std::optional<unsigned> Timer::line() const {
    return IRQ_TIMER;
}

// Shows counter 0's OUT; what it does later is known from now on.
void Timer::advance(u64 now) {
    TimerCounter const& counter = counters_[0];
    u64 const tick = tick_of(now);
    lines_.set_line(IRQ_TIMER, counter.out(tick));
    u64 const change = counter.next_change(tick);
    next_event_ = change == never ? never : change * PIT_INSNS_PER_TICK;
}

u32 Timer::read_port(u16 port, unsigned /*size*/, u64 now) {
    if (port == PORT_PIT_CONTROL) {
        return 0xff; // write only
    }
    return counters_[port - PORT_PIT_COUNTER0].read(tick_of(now));
}

void Timer::write_port(u16 port, unsigned /*size*/, u32 value, u64 now) {
    u64 const tick = tick_of(now);
    if (port == PORT_PIT_CONTROL) {
        command(static_cast<u8>(value), tick);
    } else {
        counters_[port - PORT_PIT_COUNTER0].write(static_cast<u8>(value), tick);
    }
    advance(now);
}

void Timer::command(u8 control_word, u64 tick) {
    unsigned const selected = bits<7, 6>(control_word);
    if (selected < counters_.size()) {
        if (bits<5, 4>(control_word) == 0) {
            counters_[selected].latch_count(tick);
        } else {
            counters_[selected].set_mode(control_word);
        }
        return;
    }
    // Read-back: bits 5 and 4 are low for what is to be latched, bits 3:1 say of which counters.
    for (unsigned number = 0; number < counters_.size(); ++number) {
        if ((u32{control_word} >> (number + 1) & 1U) == 0) {
            continue;
        }
        if (!bit<5>(control_word)) {
            counters_[number].latch_count(tick);
        }
        if (!bit<4>(control_word)) {
            counters_[number].latch_status(tick);
        }
    }
}

void Timer::state(StateStream& stream) {
    for (TimerCounter& counter : counters_) {
        counter.state(stream);
    }
    stream.number(next_event_);
}

} // namespace ringside
