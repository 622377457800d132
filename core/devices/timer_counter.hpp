#pragma once
// One of the three counters of an 8254 (Intel 8254 data sheet, 231164-005): modes 0, 2, 3 and 4,
// and 1 and 5 as far as a gate that is always high allows: they wait for a trigger that never
// comes. Time is in ticks of the counter's clock. Nothing is counted: what a counter shows is a
// function of when it was loaded and the tick it is looked at.
#include "core/devices/device.hpp"

namespace ringside {

class TimerCounter {
public:
    // A control word for this counter that is no command (latch, read-back).
    void set_mode(u8 control_word);
    void write(u8 byte, u64 tick);
    [[nodiscard]] u8 read(u64 tick);
    void latch_count(u64 tick);
    void latch_status(u64 tick);

    [[nodiscard]] bool out(u64 tick) const;
    // The first tick after this one at which OUT is not what it is now; `never` if none.
    [[nodiscard]] u64 next_change(u64 tick) const;

    void state(StateStream& stream);

private:
    // A count that is in the counter from tick `from` on; a period of 0: none. At `origin` it is,
    // or would have been, whole: mode 3 may take a new count for the low half of its wave.
    struct Load {
        u32 period = 0;
        u64 from = 0;
        u64 origin = 0;
    };

    [[nodiscard]] unsigned mode() const;
    [[nodiscard]] unsigned access() const { return (control_ >> 4U) & 3U; }
    [[nodiscard]] bool is_decimal() const { return (control_ & 1U) != 0; }
    [[nodiscard]] bool is_waiting(u64 tick) const { return next_.period != 0 && tick < next_.from; }
    [[nodiscard]] Load load_at(u64 tick) const;
    [[nodiscard]] bool out_of(Load const& load, u64 tick) const;
    [[nodiscard]] u64 change_of(Load const& load, u64 tick) const;
    [[nodiscard]] u64 when_loaded(u64 tick) const;
    [[nodiscard]] u16 count(u64 tick) const;
    void accept(u16 count, u64 tick);

    // As after power-on: no count, and OUT high.
    u8 control_ = 0x34;
    Load now_;
    Load next_;                  // written last
    std::optional<u8> low_byte_; // the first of two that are written
    bool reads_high_ = false;    // the second of two that are read
    std::optional<u16> latched_count_;
    std::optional<u8> latched_status_;
};

} // namespace ringside
