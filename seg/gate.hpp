#pragma once
// Gate descriptors (SDM volume 3, section 6.8.3 and figure 7-2; the 64-bit ones, figures 6-11 and
// 7-8):
//   63            48 47 46  45 44 43    40 39   37 36     32 31            16 15             0
//  +----------------+--+------+--+--------+-------+---------+----------------+---------------+
//  | offset 31:16   |P | DPL  |0 | type   | 0 0 0 | count / | selector       | offset 15:0   |
//  |                |  |      |  |        |       | IST     |                |               |
//  +----------------+--+------+--+--------+-------+---------+----------------+---------------+
// Bits 36:32 are the parameter count of a call gate; bits 34:32 are the IST number of a 64-bit
// interrupt gate. IA-32e mode appends a second quadword: offset 63:32 in bits 31:0, and bits 44:40
// must be 0 in a call gate.
#include "core/x86/bits.hpp"
#include "seg/segment_descriptor.hpp"
#include "seg/selector.hpp"

namespace ringside::seg {

struct Gate {
    u64 low = 0;
    u64 high = 0; // 0 for 8-byte gates
    [[nodiscard]] constexpr Selector selector() const {
        return Selector{static_cast<u16>(bits<31, 16>(low))};
    }
    [[nodiscard]] constexpr SystemType type() const { return descriptor().system_type(); }
    [[nodiscard]] constexpr bool is_system() const { return !descriptor().is_segment(); }
    [[nodiscard]] constexpr Ring dpl() const { return descriptor().dpl(); }
    [[nodiscard]] constexpr bool present() const { return descriptor().present(); }
    [[nodiscard]] constexpr u8 parameter_count() const {
        return static_cast<u8>(bits<36, 32>(low));
    }
    [[nodiscard]] constexpr u8 ist() const { return static_cast<u8>(bits<34, 32>(low)); }
    [[nodiscard]] constexpr u8 upper_type() const { return static_cast<u8>(bits<44, 40>(high)); }
    // 286 gates have a 16-bit offset; bits 63:48 of the descriptor are reserved in them.
    [[nodiscard]] constexpr bool is_16bit() const { return !bit<43>(low); }
    [[nodiscard]] constexpr bool is_trap() const { return bit<40>(low); } // else interrupt gate
    [[nodiscard]] constexpr u64 offset() const {
        u64 const low_word = bits<15, 0>(low);
        return is_16bit() ? low_word
                          : low_word | (bits<63, 48>(low) << 16U) | (bits<31, 0>(high) << 32U);
    }

private:
    [[nodiscard]] constexpr SegmentDescriptor descriptor() const { return SegmentDescriptor{low}; }
};
static_assert(Gate{.low = 0xc010ee0000081234}.offset() == 0xc0101234);
static_assert(Gate{.low = 0xc010ee0000081234}.dpl() == Ring::R3);
static_assert(Gate{.low = 0x00108e0200081234, .high = 0xffffffff}.offset() == 0xffffffff00101234);
static_assert(Gate{.low = 0x00108e0200081234}.ist() == 2);
static_assert(Gate{.low = 0xffff860000081234}.offset() == 0x1234);

} // namespace ringside::seg
