#pragma once
// A small machine for the tests of segmentation: 64 KiB of linear memory with a GDT, an LDT, an IDT
// and a TSS in it, a stack for each ring, and the words to write a test in.
#include "core/x86/memory.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/records.hpp"

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::seg::test {

// Linear 0..0xffff is there for every ring, but for pages that a test takes away or makes
// read-only. Everything above is #PF.
class FlatMemory final : public LinearMemory {
public:
    [[nodiscard]] Result<u64, Fault> read(LinearAddress address, unsigned size,
                                          Privilege privilege) override;
    [[nodiscard]] Result<Done, Fault> probe_write(LinearAddress address, unsigned size,
                                                  Privilege privilege) override;
    void write(LinearAddress address, unsigned size, u64 value, Privilege privilege) override;

    void take_away(u64 page) { absent_.insert(page); }
    void make_read_only(u64 page) { read_only_.insert(page); }
    [[nodiscard]] u64 get(u64 address, unsigned size) const;
    void put(u64 address, unsigned size, u64 value);
    [[nodiscard]] std::vector<u8> const& bytes() const { return bytes_; }

private:
    std::vector<u8> bytes_ = std::vector<u8>(0x10000);
    std::set<u64> absent_;
    std::set<u64> read_only_;
};

// The fixed selectors: code and data of ring r, flat.
inline constexpr u64 gdt_base = 0x1000;
inline constexpr u64 ldt_base = 0x2000;
inline constexpr u64 idt_base = 0x3000;
inline constexpr u64 tss_base = 0x5000;
[[nodiscard]] constexpr Selector code_of(Ring ring) {
    return Selector{static_cast<u16>(0x08U + number(ring) * 0x10U + number(ring))};
}
[[nodiscard]] constexpr Selector data_of(Ring ring) {
    return Selector{static_cast<u16>(0x10U + number(ring) * 0x10U + number(ring))};
}
[[nodiscard]] constexpr u64 stack_of(Ring ring) {
    return 0x8800U + number(ring) * 0x1000U;
}
inline constexpr Selector tss_selector{0x48};
inline constexpr Selector ldt_selector{0x50};
inline constexpr u16 free_slot = 0x80; // and up: for the tests; in the LDT every index is free

// Access bytes, bits 47:40 of a descriptor: P, DPL, S, type. `dpl` is added as `| dpl << 5`.
inline constexpr u8 present = 0x80;
inline constexpr u8 data_read = 0x10;
inline constexpr u8 data_write = 0x12;
inline constexpr u8 data_down = 0x16; // expand-down, writable
inline constexpr u8 code_execute = 0x18;
inline constexpr u8 code_read = 0x1a;
inline constexpr u8 code_conforming = 0x1e;
// Flags, bits 55:52: G, D/B, L.
inline constexpr u8 big = 0x4;
inline constexpr u8 granular = 0x8;
inline constexpr u8 long_code = 0x2;

[[nodiscard]] constexpr u8 with_dpl(u8 access, Ring dpl) {
    return static_cast<u8>(access | number(dpl) << 5U);
}
[[nodiscard]] constexpr SegmentDescriptor descriptor(u32 base, u32 limit, u8 access, u8 flags) {
    u64 const raw = (limit & 0xffffU) | (u64{base} & 0xffffff) << 16U | u64{access} << 40U |
                    (u64{limit} & 0xf0000) << 32U | u64{flags} << 52U | (u64{base} >> 24U) << 56U;
    return SegmentDescriptor{raw};
}
[[nodiscard]] constexpr SegmentDescriptor flat(u8 access, u8 flags = big | granular) {
    return descriptor(0, 0xfffff, access, flags);
}
[[nodiscard]] constexpr u64 gate(Selector selector, u32 offset, u8 access, u8 count = 0) {
    return (offset & 0xffffU) | u64{selector.raw} << 16U | u64{count} << 32U | u64{access} << 40U |
           u64{offset >> 16U} << 48U;
}

struct World {
    explicit World(Ring cpl = Ring::R0);
    FlatMemory memory;
    SegmentState state;
    ControlState control;

    void put(Selector selector, u64 raw);
    void put(Selector selector, SegmentDescriptor raw) { put(selector, raw.raw); }
    void put_gate(u8 vector, u64 low);
    void put_gate64(u8 vector, u64 low, u64 high);
    void put_stack(Ring ring, Selector ss, u32 esp); // into the TSS
    void push(u64 value, unsigned size);             // as the test's caller would
    // IA-32e mode with 64-bit code in ring `cpl` and a 64-bit TSS.
    void enter_long_mode();
    [[nodiscard]] u64 top(unsigned item, unsigned size, ControlState const& at) const;
};

// "ok", or the exception, its error code and the rule that refused: "#GP(0x80) load.data.type".
[[nodiscard]] std::string describe(Fault const& fault);
template <class Value>
[[nodiscard]] std::string describe(Result<Value, Fault> const& outcome) {
    return outcome ? "ok" : describe(outcome.error());
}

// Everything a `commit` could have changed is as it was: for "faulted lists no writes".
template <class Record>
[[nodiscard]] bool faulted_without_writes(Record const& record) {
    return !record.outcome && record.writes.empty();
}

} // namespace ringside::seg::test
