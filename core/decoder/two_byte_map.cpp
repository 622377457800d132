// SDM volume 2, tables.
#include "core/decoder/form_builders.hpp"

namespace ringside::opcode {
namespace {

using namespace trait;

constexpr void system_row(Map& map) { // 0F 00..3F
    map[0x00] = grouped(Group::LocalTables);
    map[0x01] = grouped(Group::SystemTables);
    map[0x02] = as(Operation::Lar, reads(Width::Word));
    map[0x03] = as(Operation::Lsl, reads(Width::Word));
    map[0x05] = going(Flow::Interrupt, system(Operation::Syscall));
    map[0x06] = system(Operation::Clts);
    map[0x07] = going(Flow::Return, system(Operation::Sysret));
    map[0x08] = system(Operation::Invd);
    map[0x09] = system(Operation::Wbinvd);
    map[0x0d] = names();            // PREFETCHW
    fill(map, 0x18, 0x1f, names()); // PREFETCHh, the NOPs of the hint space
    map[0x20] = system(Operation::MovFromCr, ModRM | Force64 | AlwaysRegister);
    map[0x21] = system(Operation::MovFromDr, ModRM | Force64 | AlwaysRegister);
    map[0x22] = system(Operation::MovToCr, ModRM | Force64 | AlwaysRegister);
    map[0x23] = system(Operation::MovToDr, ModRM | Force64 | AlwaysRegister);
    map[0x30] = system(Operation::Wrmsr);
    map[0x31] = system(Operation::Rdtsc);
    map[0x32] = system(Operation::Rdmsr);
    map[0x33] = system(Operation::Rdpmc);
    map[0x34] = going(Flow::Interrupt, system(Operation::Sysenter));
    map[0x35] = going(Flow::Return, system(Operation::Sysexit));
}

constexpr void sse_moves(Map& map) { // 0F 10..2F, 50..7F
    map[0x10] = reads(Width::Scalar);
    map[0x11] = writes(Width::Scalar);
    map[0x12] = map[0x16] = reads(Width::Half);
    map[0x13] = map[0x17] = writes(Width::Qword, None, MemoryOnly);
    map[0x14] = map[0x15] = reads(Width::Oword);
    map[0x28] = reads(Width::Oword);
    map[0x29] = writes(Width::Oword);
    map[0x2a] = reads(Width::FromInteger);
    map[0x2b] = writes(Width::Oword, None, MemoryOnly);
    map[0x2c] = map[0x2d] = reads(Width::Convert);
    map[0x2e] = map[0x2f] = reads(Width::Compare);
    map[0x50] = names(RegisterOnly); // MOVMSK
    fill(map, 0x51, 0x5f, reads(Width::Scalar));
    fill(map, 0x54, 0x57, reads(Width::Oword));
    map[0x5a] = reads(Width::Convert);
    map[0x5b] = reads(Width::Oword);
    fill(map, 0x60, 0x62, reads(Width::MmxLow));
    fill(map, 0x63, 0x6b, reads(Width::Mmx));
    fill(map, 0x6c, 0x6d, reads(Width::Oword, None, Prefixed));
    map[0x6e] = reads(Width::Y);
    map[0x6f] = reads(Width::Mmx);
    map[0x70] = reads(Width::Mmx, Byte);
    map[0x71] = map[0x72] = grouped(Group::ShiftWords);
    map[0x73] = grouped(Group::ShiftQwords);
    fill(map, 0x74, 0x76, reads(Width::Mmx));
    map[0x77] = plain(); // EMMS
    map[0x78] = map[0x79] = undefined(ModRM);
    fill(map, 0x7c, 0x7d, reads(Width::Oword, None, Prefixed));
    map[0x7e] = writes(Width::ToInteger); // with F3 it is a load
    map[0x7f] = writes(Width::Mmx);
}

constexpr void integer_rows(Map& map) { // 0F 40..4F, 80..CF
    fill(map, 0x40, 0x4f, reads(Width::V));
    fill(map, 0x80, 0x8f, going(Flow::Conditional, plain(RelativeZ, Force64)));
    fill(map, 0x90, 0x9f, writes(Width::Byte)); // SETcc
    map[0xa0] = map[0xa8] = system(Operation::PushSreg, Default64 | Pushes);
    map[0xa1] = map[0xa9] = system(Operation::PopSreg, Default64 | Pops);
    map[0xa2] = system(Operation::Cpuid);
    map[0xa3] = reads(Width::V, None, BitOffset);    // BT
    map[0xa4] = map[0xac] = updates(Width::V, Byte); // SHLD SHRD
    map[0xa5] = map[0xad] = updates(Width::V);
    map[0xab] = map[0xb3] = map[0xbb] = locked(Width::V, None, BitOffset); // BTS BTR BTC
    map[0xae] = grouped(Group::Fences);
    map[0xaf] = reads(Width::V);                 // IMUL
    map[0xb0] = map[0xc0] = locked(Width::Byte); // CMPXCHG XADD
    map[0xb1] = map[0xc1] = locked(Width::V);
    map[0xb2] = map[0xb4] = map[0xb5] =
        as(Operation::LoadFarPointer, reads(Width::FarPointer, None, MemoryOnly));
    map[0xb6] = map[0xbe] = reads(Width::Byte); // MOVZX MOVSX
    map[0xb7] = map[0xbf] = reads(Width::Word);
    map[0xb8] = reads(Width::V);  // POPCNT, only with F3
    map[0xb9] = undefined(ModRM); // UD1
    map[0xba] = grouped(Group::BitImmediate);
    map[0xbc] = map[0xbd] = reads(Width::V);        // BSF BSR TZCNT LZCNT
    map[0xc2] = reads(Width::Scalar, Byte);         // CMPPS
    map[0xc3] = writes(Width::Y, None, MemoryOnly); // MOVNTI
    map[0xc4] = reads(Width::Word, Byte);           // PINSRW
    map[0xc5] = plain(Byte, ModRM | RegisterOnly);  // PEXTRW
    map[0xc6] = reads(Width::Oword, Byte);          // SHUFPS
    map[0xc7] = grouped(Group::CompareExchange);
    fill(map, 0xc8, 0xcf, plain()); // BSWAP
}

constexpr void mmx_rows(Map& map) { // 0F D0..FF
    fill(map, 0xd0, 0xfe, reads(Width::Mmx));
    map[0xd0] = reads(Width::Oword, None, Prefixed);
    map[0xd6] = writes(Width::Qword, None, Prefixed);
    map[0xd7] = names(RegisterOnly);
    map[0xe6] = reads(Width::Narrowing, None, Prefixed);
    map[0xe7] = writes(Width::Mmx, None, MemoryOnly);
    map[0xf0] = reads(Width::Oword, None, MemoryOnly | Prefixed); // LDDQU
    map[0xf7] = names(RegisterOnly);                              // MASKMOVQ: see decode.cpp
    map[0xff] = undefined(ModRM);                                 // UD0
}

constexpr Map make_two_byte_map() {
    Map map{};
    system_row(map);
    sse_moves(map);
    integer_rows(map);
    mmx_rows(map);
    return map;
}

constexpr Map make_three_byte38_map() {
    Map map{};
    fill(map, 0x00, 0xff, undefined(ModRM));
    fill(map, 0x00, 0x0b, reads(Width::Mmx)); // SSSE3
    fill(map, 0x1c, 0x1e, reads(Width::Mmx));
    for (unsigned opcode : {0x10U, 0x14U, 0x15U, 0x17U, 0x2aU}) { // blends, PTEST, MOVNTDQA
        map[opcode] = reads(Width::Oword, None, Prefixed);
    }
    for (unsigned row : {0x20U, 0x30U}) { // PMOVSX PMOVZX
        map[row] = map[row + 3] = map[row + 5] = reads(Width::Qword, None, Prefixed);
        map[row + 1] = map[row + 4] = reads(Width::Dword, None, Prefixed);
        map[row + 2] = reads(Width::Word, None, Prefixed);
    }
    map[0x28] = map[0x29] = map[0x2b] = reads(Width::Oword, None, Prefixed);
    fill(map, 0x37, 0x41, reads(Width::Oword, None, Prefixed));
    map[0x82] = as(Operation::Invpcid, reads(Width::Oword, None, MemoryOnly | Prefixed));
    fill(map, 0xc8, 0xcd, reads(Width::Oword));                 // SHA
    fill(map, 0xdb, 0xdf, reads(Width::Oword, None, Prefixed)); // AES
    map[0xf0] = reads(Width::V);                                // MOVBE; with F2 CRC32 of a byte
    map[0xf1] = writes(Width::V);                               // MOVBE; with F2 CRC32
    map[0xf6] = reads(Width::Y);                                // ADCX ADOX
    return map;
}

constexpr Map make_three_byte3a_map() {
    Map map{};
    Form const reserved{.operation = Operation::Undefined, .immediate = Byte, .traits = ModRM};
    fill(map, 0x00, 0xff, reserved);
    fill(map, 0x08, 0x0e, reads(Width::Oword, Byte, Prefixed)); // ROUND, BLEND
    map[0x0a] = reads(Width::Dword, Byte, Prefixed);
    map[0x0b] = reads(Width::Qword, Byte, Prefixed);
    map[0x0f] = reads(Width::Mmx, Byte); // PALIGNR
    map[0x14] = writes(Width::Byte, Byte, Prefixed);
    map[0x15] = writes(Width::Word, Byte, Prefixed);
    map[0x16] = writes(Width::Y, Byte, Prefixed);
    map[0x17] = writes(Width::Dword, Byte, Prefixed);
    map[0x20] = reads(Width::Byte, Byte, Prefixed);
    map[0x21] = reads(Width::Dword, Byte, Prefixed);
    map[0x22] = reads(Width::Y, Byte, Prefixed);
    fill(map, 0x40, 0x42, reads(Width::Oword, Byte, Prefixed));
    map[0x44] = reads(Width::Oword, Byte, Prefixed);
    fill(map, 0x60, 0x63, reads(Width::Oword, Byte, Prefixed));
    map[0xcc] = reads(Width::Oword, Byte); // SHA
    map[0xdf] = reads(Width::Oword, Byte, Prefixed);
    return map;
}

} // namespace

constinit Map const two_byte = make_two_byte_map();
constinit Map const three_byte38 = make_three_byte38_map();
constinit Map const three_byte3a = make_three_byte3a_map();

} // namespace ringside::opcode
