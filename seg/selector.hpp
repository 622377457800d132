#pragma once
// Segment selectors (SDM volume 3, section 3.4.2):
//   15                        3   2   1   0
//  +---------------------------+----+-------+
//  |           Index           | TI |  RPL  |      TI: 0 = GDT, 1 = LDT
//  +---------------------------+----+-------+
#include "core/x86/bits.hpp"
#include "core/x86/ring.hpp"

namespace ringside::seg {

enum class TableIndicator : u8 { GDT, LDT };

struct Selector {
    u16 raw = 0;
    [[nodiscard]] constexpr u16 index() const { return bits<15, 3>(raw); }
    [[nodiscard]] constexpr TableIndicator table() const {
        return bit<2>(raw) ? TableIndicator::LDT : TableIndicator::GDT;
    }
    [[nodiscard]] constexpr Ring rpl() const { return static_cast<Ring>(bits<1, 0>(raw)); }
    [[nodiscard]] constexpr bool is_null() const { return bits<15, 2>(raw) == 0; }
    [[nodiscard]] constexpr Selector with_rpl(Ring ring) const {
        return Selector{static_cast<u16>((raw & 0xfffcU) | number(ring))};
    }
    // The error code that names this selector: EXT is 0 here, IDT is 0 (SDM volume 3,
    // section 7.13).
    [[nodiscard]] constexpr u32 error_code() const { return raw & 0xfffcU; }
    friend bool operator==(Selector, Selector) = default;
};
static_assert(sizeof(Selector) == 2);
static_assert(Selector{0x2b}.index() == 5 && Selector{0x2b}.rpl() == Ring::R3);

} // namespace ringside::seg
