#pragma once
// A bare machine (bare_machine.hpp) whose page tables also show dma0, with code put together by
// DeviceCode and handlers that count interrupts.
#include "tests/core/bare_machine.hpp"
#include "tests/core/device_code.hpp"

namespace ringside::tests {

class DeviceMachine : public BareMachine {
public:
    static constexpr u64 dma0 = 0x800000;               // linear
    static constexpr u64 counts = 0x600000;             // of interrupts, by line, 4 bytes each
    static constexpr u64 interrupt_handlers = 0x680000; // of each line, 256 bytes apart

    explicit DeviceMachine(Ring ring = Ring::R0)
        : BareMachine{ring} {
        for (u64 page = 0; page < DMA0_SIZE / page_size_4k; ++page) {
            map(dma0 + page * page_size_4k, DMA0_BASE + page * page_size_4k, P | W | U);
        }
        for (u64 line = 0; line < 16; ++line) {
            u64 const at = interrupt_handlers + 256 * line;
            set_gate(0x20 + line, at, 0);
            put(at, DeviceCode{}
                        .raw({0x50, 0x52}) // push eax; push edx
                        .count_up(counts + 4 * line)
                        .end_of_interrupts()
                        .raw({0x5a, 0x58}) // pop edx; pop eax
                        .iret());
        }
    }
    using BareMachine::put;
    void put(u64 address, DeviceCode const& program) {
        machine.ram().write_bytes(PhysicalAddress{address}, program.bytes);
    }
    [[nodiscard]] u32 count_of(u64 line) { return get32(counts + 4 * line); }
};

} // namespace ringside::tests
