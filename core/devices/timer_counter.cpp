#include "core/devices/timer_counter.hpp"

#include "core/x86/bits.hpp"

#include <algorithm>

namespace ringside {

namespace {

// Bits 5:4 of a control word: which bytes of the count are written and read.
enum Access : unsigned { Latch, LowByte, HighByte, BothBytes };

constexpr u32 decimal_digits = 4;

u32 from_decimal(u16 count) {
    u32 value = 0;
    for (u32 digit = decimal_digits; digit-- > 0;) {
        value = value * 10 + (u32{count} >> (4 * digit) & 0xfU);
    }
    return value;
}

u16 to_decimal(u32 value) {
    u32 count = 0;
    for (u32 digit = 0; digit < decimal_digits; ++digit) {
        count |= value % 10 << (4 * digit);
        value /= 10;
    }
    return static_cast<u16>(count);
}

// Mode 3: OUT is high for this part of a period, low for the rest.
u64 high_part(u64 period) {
    return (period + 1) / 2;
}

} // namespace

// Bits 3:1; modes 6 and 7 are 2 and 3.
unsigned TimerCounter::mode() const {
    unsigned const written = bits<3, 1>(control_);
    return written > 5 ? written - 4 : written;
}

void TimerCounter::set_mode(u8 control_word) {
    control_ = control_word & 0x3f;
    now_ = next_ = {};
    low_byte_.reset();
    reads_high_ = false;
    latched_count_.reset();
    latched_status_.reset();
}

TimerCounter::Load TimerCounter::load_at(u64 tick) const {
    return next_.period != 0 && tick >= next_.from ? next_ : now_;
}

// A count that is written now is in the counter from the next tick on; in the periodic modes, from
// the end of the period (mode 3: of its half) that runs.
u64 TimerCounter::when_loaded(u64 tick) const {
    if (mode() == 1 || mode() == 5) {
        return never;
    }
    if (now_.period == 0 || mode() == 0 || mode() == 4) {
        return tick + 1;
    }
    u64 const place = (tick - now_.origin) % now_.period;
    u64 const half = high_part(now_.period);
    u64 const end = mode() == 3 && place < half ? half : now_.period;
    return tick - place + end;
}

void TimerCounter::accept(u16 count, u64 tick) {
    u32 const period = is_decimal() ? from_decimal(count) : count;
    u32 const largest = is_decimal() ? 10'000 : 0x10000;
    now_ = load_at(tick);
    next_ = {.period = period == 0 ? largest : period, .from = when_loaded(tick)};
    next_.origin = next_.from;
    if (mode() == 3 && now_.period != 0 && !out_of(now_, next_.from)) {
        next_.origin -= high_part(next_.period);
    }
}

void TimerCounter::write(u8 byte, u64 tick) {
    switch (access()) {
    case LowByte:
        accept(byte, tick);
        break;
    case HighByte:
        accept(static_cast<u16>(byte << 8U), tick);
        break;
    default:
        if (low_byte_) {
            accept(static_cast<u16>(byte << 8U | *low_byte_), tick);
            low_byte_.reset();
        } else {
            low_byte_ = byte;
            if (mode() == 0) { // counting stops until the second byte
                now_ = next_ = {};
            }
        }
        break;
    }
}

u8 TimerCounter::read(u64 tick) {
    if (latched_status_) {
        u8 const status = *latched_status_;
        latched_status_.reset();
        return status;
    }
    u16 const value = latched_count_.value_or(count(tick));
    bool const is_high = access() == HighByte || (access() == BothBytes && reads_high_);
    if (access() == BothBytes) {
        reads_high_ = !reads_high_;
    }
    if (!reads_high_) { // all of it is read
        latched_count_.reset();
    }
    return static_cast<u8>(is_high ? value >> 8U : value);
}

void TimerCounter::latch_count(u64 tick) {
    if (!latched_count_) {
        latched_count_ = count(tick);
    }
}

// OUT, "null count" (a count is still to come into the counter), and the control word.
void TimerCounter::latch_status(u64 tick) {
    if (!latched_status_) {
        bool const is_null = load_at(tick).period == 0 || is_waiting(tick);
        latched_status_ =
            static_cast<u8>((out(tick) ? 0x80U : 0) | (is_null ? 0x40U : 0) | control_);
    }
}

u16 TimerCounter::count(u64 tick) const {
    Load const load = load_at(tick);
    if (load.period == 0) {
        return 0;
    }
    u64 const passed = tick - load.origin;
    u64 const place = passed % load.period;
    u64 const all = is_decimal() ? 10'000 : 0x10000;
    u64 value = 0;
    switch (mode()) {
    case 2:
        value = load.period - place;
        break;
    case 3: { // by twos, from an even number, twice a period
        u64 const in_half = place < high_part(load.period) ? place : place - high_part(load.period);
        value = (load.period & ~u64{1}) - 2 * in_half;
        break;
    }
    default: // goes on behind zero
        value = load.period + all - passed % all;
        break;
    }
    value %= all;
    return is_decimal() ? to_decimal(static_cast<u32>(value)) : static_cast<u16>(value);
}

bool TimerCounter::out_of(Load const& load, u64 tick) const {
    if (load.period == 0) {
        return mode() != 0;
    }
    u64 const passed = tick - load.origin;
    u64 const place = passed % load.period;
    switch (mode()) {
    case 0:
        return passed >= load.period;
    case 2: // a count of 1 is not allowed
        return load.period == 1 || place != load.period - 1;
    case 3:
        return place < high_part(load.period);
    case 4:
        return passed != load.period;
    default:
        return true;
    }
}

bool TimerCounter::out(u64 tick) const {
    if (mode() == 0 && is_waiting(tick)) {
        return false; // low as soon as a count is written
    }
    return out_of(load_at(tick), tick);
}

u64 TimerCounter::change_of(Load const& load, u64 tick) const {
    if (load.period == 0) {
        return never;
    }
    u64 const end = load.origin + load.period;
    u64 const place = (tick - load.origin) % load.period;
    u64 const start = tick - place;
    switch (mode()) {
    case 0:
        return tick < end ? end : never;
    case 2:
        return load.period == 1          ? never
               : place < load.period - 1 ? start + load.period - 1
                                         : start + load.period;
    case 3:
        return load.period == 1                 ? never
               : place < high_part(load.period) ? start + high_part(load.period)
                                                : start + load.period;
    case 4:
        return tick < end ? end : tick == end ? end + 1 : never;
    default:
        return never;
    }
}

u64 TimerCounter::next_change(u64 tick) const {
    if (!is_waiting(tick)) {
        return change_of(load_at(tick), tick);
    }
    u64 const before = mode() == 0 ? never : change_of(now_, tick);
    if (before < next_.from) {
        return before;
    }
    if (next_.from == never) {
        return never;
    }
    return out(tick) != out_of(next_, next_.from) ? next_.from : change_of(next_, next_.from);
}

void TimerCounter::state(StateStream& stream) {
    stream.number(control_);
    for (Load* const load : {&now_, &next_}) {
        stream.number(load->period);
        stream.number(load->from);
        stream.number(load->origin);
    }
    stream.optional(low_byte_);
    stream.number(reads_high_);
    stream.optional(latched_count_);
    stream.optional(latched_status_);
}

} // namespace ringside
