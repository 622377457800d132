#pragma once
// Guest code for tests of devices, put together by hand: 32-bit instructions that talk to ports and
// to registers in memory. A helper may overwrite EAX, EDX or AL, as its comment says.
#include "core/x86/integers.hpp"
#include "kernel_stub/abi/dma.h"
#include "kernel_stub/abi/ports.h"

#include <initializer_list>
#include <vector>

namespace ringside::tests {

class DeviceCode {
public:
    std::vector<u8> bytes;

    DeviceCode& raw(std::initializer_list<u8> more) {
        bytes.insert(bytes.end(), more);
        return *this;
    }
    DeviceCode& word(u32 value) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            bytes.push_back(static_cast<u8>(value >> shift));
        }
        return *this;
    }
    DeviceCode& eax(u32 value) { return raw({0xb8}).word(value); }
    DeviceCode& ecx(u32 value) { return raw({0xb9}).word(value); }
    DeviceCode& edx(u32 value) { return raw({0xba}).word(value); }
    DeviceCode& esi(u32 value) { return raw({0xbe}).word(value); }
    DeviceCode& edi(u32 value) { return raw({0xbf}).word(value); }
    // AL.
    DeviceCode& out8(u8 port, u8 value) { return raw({0xb0, value, 0xe6, port}); }
    DeviceCode& in8(u8 port) { return raw({0xe4, port}); }
    // EAX, EDX.
    DeviceCode& out32(u32 port, u32 value) { return edx(port).eax(value).raw({0xef}); }
    DeviceCode& in32(u32 port) { return edx(port).raw({0xed}); }
    DeviceCode& load(u64 address) { return raw({0xa1}).word(static_cast<u32>(address)); }
    DeviceCode& load8(u64 address) { return raw({0xa0}).word(static_cast<u32>(address)); }
    DeviceCode& keep(u64 address) { return raw({0xa3}).word(static_cast<u32>(address)); }
    DeviceCode& keep8(u64 address) { return raw({0xa2}).word(static_cast<u32>(address)); }
    DeviceCode& store(u64 address, u32 value) {
        return raw({0xc7, 0x05}).word(static_cast<u32>(address)).word(value);
    }
    DeviceCode& count_up(u64 address) { return raw({0xff, 0x05}).word(static_cast<u32>(address)); }
    DeviceCode& sti() { return raw({0xfb}); }
    DeviceCode& cli() { return raw({0xfa}); }
    DeviceCode& hlt() { return raw({0xf4}); }
    DeviceCode& iret() { return raw({0xcf}); }
    DeviceCode& nops(std::size_t count) {
        bytes.insert(bytes.end(), count, 0x90);
        return *this;
    }

    // AL. Lines 0..15 become vectors 0x20..0x2f, behind the masks given.
    DeviceCode& remap(u8 first_mask = 0, u8 second_mask = 0, u8 icw4 = 1) {
        out8(PORT_PIC1_COMMAND, 0x11).out8(PORT_PIC2_COMMAND, 0x11);
        out8(PORT_PIC1_DATA, 0x20).out8(PORT_PIC2_DATA, 0x28);
        out8(PORT_PIC1_DATA, 4).out8(PORT_PIC2_DATA, 2);
        out8(PORT_PIC1_DATA, icw4).out8(PORT_PIC2_DATA, 1);
        return out8(PORT_PIC1_DATA, first_mask).out8(PORT_PIC2_DATA, second_mask);
    }
    // AL. Counter 0 of the timer in a mode.
    DeviceCode& timer(u8 mode, u16 count) {
        out8(PORT_PIT_CONTROL, static_cast<u8>(0x30 + 2 * mode));
        out8(PORT_PIT_COUNTER0, static_cast<u8>(count));
        return out8(PORT_PIT_COUNTER0, static_cast<u8>(count >> 8U));
    }
    // AL.
    DeviceCode& end_of_interrupts() {
        return out8(PORT_PIC2_COMMAND, 0x20).out8(PORT_PIC1_COMMAND, 0x20);
    }
};

} // namespace ringside::tests
