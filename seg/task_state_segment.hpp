#pragma once
// Task-state segments (SDM volume 3, sections 8.2.1, 8.6 and 8.7), as offsets of their fields:
//   16-bit                      32-bit                        64-bit
//   00 link                     00 link                       00 reserved
//   02 SP0  04 SS0              04 ESP0  08 SS0               04 RSP0
//   06 SP1  08 SS1              0c ESP1  10 SS1               0c RSP1
//   0a SP2  0c SS2              14 ESP2  18 SS2               14 RSP2
//   0e IP   10 FLAGS            1c CR3   20 EIP   24 EFLAGS   1c reserved
//   12 AX CX DX BX SP BP SI DI  28 EAX ECX EDX EBX            24 IST1 .. 54 IST7
//   22 ES CS SS DS              38 ESP EBP ESI EDI
//   2a LDT                      48 ES CS SS DS FS GS (dwords)
//                               60 LDT   64 T   66 I/O map    66 I/O map
#include "core/x86/integers.hpp"
#include "core/x86/ring.hpp"
#include "seg/segment_descriptor.hpp"

namespace ringside::seg {

namespace tss16 {
inline constexpr u32 Link = 0x00;
inline constexpr u32 Ip = 0x0e;
inline constexpr u32 Flags = 0x10;
inline constexpr u32 Registers = 0x12; // AX CX DX BX SP BP SI DI, 2 bytes each
inline constexpr u32 Segments = 0x22;  // ES CS SS DS, 2 bytes each
inline constexpr u32 Ldt = 0x2a;
inline constexpr u32 Last = 0x2b;      // the smallest limit that holds a task
inline constexpr u32 LastSaved = 0x29; // the last byte that a switch away writes
[[nodiscard]] constexpr u32 stack_of(Ring ring) {
    return number(ring) * 4U + 2U;
}
} // namespace tss16

namespace tss32 {
inline constexpr u32 Link = 0x00;
inline constexpr u32 Cr3 = 0x1c;
inline constexpr u32 Eip = 0x20;
inline constexpr u32 Eflags = 0x24;
inline constexpr u32 Registers = 0x28; // EAX ECX EDX EBX ESP EBP ESI EDI, 4 bytes each
inline constexpr u32 Segments = 0x48;  // ES CS SS DS FS GS, 4 bytes each
inline constexpr u32 Ldt = 0x60;
inline constexpr u32 Trap = 0x64; // bit 0: #DB after the switch
inline constexpr u32 IoMap = 0x66;
inline constexpr u32 Last = 0x67;      // the smallest limit that holds a task
inline constexpr u32 LastSaved = 0x5f; // the last byte that a switch away writes
[[nodiscard]] constexpr u32 stack_of(Ring ring) {
    return number(ring) * 8U + 4U;
}
} // namespace tss32

namespace tss64 {
inline constexpr u32 IoMap = 0x66;
[[nodiscard]] constexpr u32 stack_of(Ring ring) {
    return number(ring) * 8U + 4U;
}
// `ist` is 1..7: IST1..IST7.
[[nodiscard]] constexpr u32 interrupt_stack(u8 ist) {
    return ist * 8U + 28U;
}
} // namespace tss64

[[nodiscard]] constexpr bool is_tss16(SegmentDescriptor descriptor) {
    return descriptor.system_type() == SystemType::AvailableTss16 ||
           descriptor.system_type() == SystemType::BusyTss16;
}

static_assert(tss32::stack_of(Ring::R0) == 0x04 && tss32::stack_of(Ring::R2) == 0x14);
static_assert(tss16::stack_of(Ring::R1) == 0x06);
static_assert(tss64::interrupt_stack(1) == 0x24 && tss64::interrupt_stack(7) == 0x54);

} // namespace ringside::seg
