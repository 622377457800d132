#pragma once
// A program with devices is run freely and stepped, and must end alike.
#include "tests/core/device_machine.hpp"

#include <doctest/doctest.h>

#include <functional>

namespace ringside::tests {

// A register of dma0 as it is, without any effect.
inline u32 register_of(DeviceMachine& bare, u64 offset) {
    std::vector<u8> const bytes = bare.machine.peek(LinearAddress{DeviceMachine::dma0 + offset}, 4);
    u32 value = 0;
    for (unsigned byte = 0; byte < 4; ++byte) {
        value |= u32{bytes.at(byte)} << (8 * byte);
    }
    return value;
}

inline u32 reads_of(DeviceMachine& bare) {
    return register_of(bare, DMA0_READS);
}

inline void run_both(std::function<void(DeviceMachine&)> const& set_up,
                     std::function<void(DeviceMachine&, Listener&)> const& check,
                     Ring ring = Ring::R0) {
    u64 hash = 0;
    for (bool const steps : {false, true}) {
        CAPTURE(steps);
        DeviceMachine bare{ring};
        set_up(bare);
        Listener heard;
        bare.machine.set_sink(&heard);
        while (steps && !bare.machine.end() && bare.machine.ticks() < 100'000) {
            bare.machine.step();
        }
        bare.machine.run_until_tick(100'000);
        check(bare, heard);
        u64 const here = bare.machine.state_hash();
        CHECK((hash == 0 || hash == here));
        hash = here;
    }
}

} // namespace ringside::tests
