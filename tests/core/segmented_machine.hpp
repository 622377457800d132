#pragma once
// A bare machine whose segments are those of Linux 2.0, and some worse ones.
#include "tests/core/both_ways.hpp"

namespace ringside::tests {

inline constexpr u16 kernel_code = 0x30;
inline constexpr u16 kernel_data = 0x38;
inline constexpr u16 user_data = 0x40;
inline constexpr u16 small_data = 0x48;
inline constexpr u16 read_only = 0x50;
inline constexpr u16 expand_down = 0x58;
inline constexpr u16 execute_only = 0x60;
inline constexpr u64 faults = BareMachine::data + 0x4000; // how many the handlers have seen

// The linear addresses of Linux 2.0: RAM at C0000000, segments of the kernel from there on, FS for
// the rest. A handler goes on at the next multiple of 16 bytes.
inline void set_up_segments(BareMachine& bare) {
    bare.put64(BareMachine::gdt + kernel_code, 0xc0c39b000000ffff);
    bare.put64(BareMachine::gdt + kernel_data, 0xc0c393000000ffff);
    bare.put64(BareMachine::gdt + user_data, 0x00cb93000000ffff);
    bare.put64(BareMachine::gdt + small_data, 0x0040932000001233); // at 200000h, to 1233h
    bare.put64(BareMachine::gdt + read_only, 0xc0c391000000ffff);
    bare.put64(BareMachine::gdt + expand_down, 0x00c097000000'0200); // above 200fffh
    bare.put64(BareMachine::gdt + execute_only, 0xc0c399000000ffff);
    for (u64 table = 0; table < 4; ++table) {
        bare.put32(BareMachine::page_directory + 4 * (0x300 + table),
                   static_cast<u32>(BareMachine::page_tables + 4096 * table) | 7U);
    }
    Cpu& cpu = bare.machine.cpu();
    cpu.segments.gdtr.limit = 0x67;
    using enum seg::SegmentName;
    cpu.segments[CS] = bare.segment(kernel_code, kernel_code);
    for (seg::SegmentName const name : {ES, SS, DS}) {
        cpu.segments[name] = bare.segment(kernel_data, kernel_data);
    }
    cpu.segments[FS] = bare.segment(user_data, user_data);
    for (u64 const vector : {u64{12}, u64{13}, u64{14}}) {
        u64 const handler = BareMachine::handlers + 16 * 256;
        bare.put64(BareMachine::idt + 8 * vector, (handler & 0xffff) | u64{kernel_code} << 16U |
                                                      u64{0x8e} << 40U | (handler >> 16U) << 48U);
        // push eax; mov eax, [esp+8]; and eax, -16; add eax, 16; mov [esp+8], eax;
        // inc dword ss:[faults]; pop eax; add esp, 4; iret
        bare.put(handler, {0x50, 0x8b, 0x44, 0x24, 0x08, 0x83, 0xe0, 0xf0, 0x83,
                           0xc0, 0x10, 0x89, 0x44, 0x24, 0x08, 0x36, 0xff, 0x05,
                           0x00, 0x40, 0x20, 0x00, 0x58, 0x83, 0xc4, 0x04, 0xcf});
    }
}

// Code in slots of 16 bytes.
class Slots {
public:
    explicit Slots(BareMachine& bare)
        : bare_{bare} {}
    Slots& put(std::vector<u8> bytes) {
        REQUIRE(bytes.size() <= 16);
        bytes.resize(16, 0x90);
        bare_.machine.ram().write_bytes(PhysicalAddress{at_}, bytes);
        at_ += 16;
        return *this;
    }
    // OPCODE [imm32] with a segment prefix; 0: none.
    Slots& access(u8 prefix, std::vector<u8> opcode, u32 offset) {
        if (prefix != 0) {
            opcode.insert(opcode.begin(), prefix);
        }
        for (unsigned byte = 0; byte < 4; ++byte) {
            opcode.push_back(static_cast<u8>(offset >> (8 * byte)));
        }
        return put(opcode);
    }
    void end() { put({0xf4}); }

private:
    BareMachine& bare_;
    u64 at_ = BareMachine::code;
};

inline u32 fault_count(BareMachine& bare) {
    return bare.get32(faults);
}

} // namespace ringside::tests
