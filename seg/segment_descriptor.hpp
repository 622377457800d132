#pragma once
// Segment descriptors (SDM volume 3, section 3.4.5):
//   63      56 55 54 53 52 51      48 47 46  45 44 43    40 39            16 15             0
//  +----------+--+--+--+--+----------+--+------+--+--------+----------------+---------------+
//  | base     |G |DB|L |AV| limit    |P | DPL  |S | type   | base           | limit         |
//  | 31:24    |  |  |  |L | 19:16    |  |      |  |        | 23:0           | 15:0          |
//  +----------+--+--+--+--+----------+--+------+--+--------+----------------+---------------+
// S = 1: type bit 3 is 1 for code (C conforming, R readable, A accessed), 0 for data (E
// expand-down, W writable, A accessed).
#include "core/x86/bits.hpp"
#include "core/x86/ring.hpp"

namespace ringside::seg {

// Types of system descriptors, S = 0 (SDM volume 3, table 3-2).
enum class SystemType : u8 {
    AvailableTss16 = 1,
    Ldt = 2,
    BusyTss16 = 3,
    CallGate16 = 4,
    TaskGate = 5,
    InterruptGate16 = 6,
    TrapGate16 = 7,
    AvailableTss = 9, // 32-bit; 64-bit in long mode
    BusyTss = 11,
    CallGate = 12,
    InterruptGate = 14,
    TrapGate = 15,
};

struct SegmentDescriptor {
    u64 raw = 0;
    [[nodiscard]] constexpr u32 base() const {
        return static_cast<u32>(bits<39, 16>(raw) | (bits<63, 56>(raw) << 24U));
    }
    [[nodiscard]] constexpr u32 raw_limit() const {
        return static_cast<u32>(bits<15, 0>(raw) | (bits<51, 48>(raw) << 16U));
    }
    // The last valid offset (for expand-down: the last invalid one), in bytes.
    [[nodiscard]] constexpr u32 limit() const {
        return granular() ? (raw_limit() << 12U) | 0xfffU : raw_limit();
    }
    [[nodiscard]] constexpr bool granular() const { return bit<55>(raw); }
    [[nodiscard]] constexpr bool default_big() const { return bit<54>(raw); } // D/B
    [[nodiscard]] constexpr bool long_mode() const { return bit<53>(raw); }   // L
    [[nodiscard]] constexpr bool present() const { return bit<47>(raw); }
    [[nodiscard]] constexpr Ring dpl() const { return static_cast<Ring>(bits<46, 45>(raw)); }
    [[nodiscard]] constexpr bool is_segment() const { return bit<44>(raw); } // S: code or data
    [[nodiscard]] constexpr u8 type() const { return static_cast<u8>(bits<43, 40>(raw)); }
    [[nodiscard]] constexpr SystemType system_type() const {
        return static_cast<SystemType>(type());
    }
    [[nodiscard]] constexpr bool is_code() const { return is_segment() && bit<43>(raw); }
    [[nodiscard]] constexpr bool is_data() const { return is_segment() && !bit<43>(raw); }
    [[nodiscard]] constexpr bool conforming() const { return is_code() && bit<42>(raw); }
    [[nodiscard]] constexpr bool readable() const { return is_data() || bit<41>(raw); }
    [[nodiscard]] constexpr bool writable() const { return is_data() && bit<41>(raw); }
    [[nodiscard]] constexpr bool expand_down() const { return is_data() && bit<42>(raw); }
    [[nodiscard]] constexpr bool accessed() const { return bit<40>(raw); }
    friend bool operator==(SegmentDescriptor, SegmentDescriptor) = default;
};
static_assert(sizeof(SegmentDescriptor) == 8);
static_assert(SegmentDescriptor{0x00cffa000000ffff}.limit() == 0xffffffff);
static_assert(SegmentDescriptor{0x00cffa000000ffff}.dpl() == Ring::R3);
static_assert(SegmentDescriptor{0xc0c39a000000ffff}.base() == 0xc0000000);

} // namespace ringside::seg
