#pragma once
// The page tables that Unicorn sees, written by us: four levels whatever the guest's mode. One root
// for each privilege class and a private one for the flush stub. An entry's frame is the guest's;
// its rights are what need not be asked.
#include "core/engine.hpp"
#include "core/x86/address.hpp"

#include <unicorn/unicorn.h>

#include <vector>

namespace ringside::unicorn {

// The tables and the stub lie in Unicorn's physical space, which is linear space too: a hole of one
// gibibyte in which this core can show the guest nothing. A guest that reaches into it gets a new
// core, whose hole is elsewhere.
inline constexpr u64 hole_size = u64{1} << 30U;
inline constexpr unsigned hole_count = 16; // more than one instruction can reach into
[[nodiscard]] constexpr u64 hole_base(unsigned number) {
    return 0xff00000000 - hole_size * (number % hole_count); // tables must lie below 2^40
}
inline constexpr u64 tables_size = u64{16} << 20U;
inline constexpr u64 stub_offset = u64{32} << 20U;

namespace pte {
inline constexpr u64 P = 1;
inline constexpr u64 W = 2;
inline constexpr u64 U = 4;
inline constexpr u64 A = 0x20;
inline constexpr u64 D = 0x40;
inline constexpr u64 NX = u64{1} << 63U;
inline constexpr u64 frame_mask = 0x000000fffffff000;
} // namespace pte

class HiddenTables {
public:
    HiddenTables(uc_engine* engine, u64 hole);
    HiddenTables(HiddenTables const&) = delete;
    HiddenTables(HiddenTables&&) = delete;
    HiddenTables& operator=(HiddenTables const&) = delete;
    HiddenTables& operator=(HiddenTables&&) = delete;
    ~HiddenTables();

    [[nodiscard]] u64 root(PrivilegeClass who) const {
        return roots_[static_cast<std::size_t>(who)];
    }
    [[nodiscard]] u64 stub_root() const { return stub_root_; }
    [[nodiscard]] u64 stub_base() const { return base_ + stub_offset; }
    [[nodiscard]] bool hold(LinearAddress address) const {
        return address.value() - base_ < hole_size;
    }
    // The entry of a page; `find` gives null where no table reaches, `make` adds tables.
    [[nodiscard]] u64* find(u64 root, LinearAddress page) const;
    [[nodiscard]] u64* make(u64 root, LinearAddress page);
    // Is there room for a whole new path?
    [[nodiscard]] bool has_room() const { return used_ + 4 * page_size_4k <= tables_size; }
    // Forgets every entry of both classes and takes the tables back.
    void reset();

private:
    [[nodiscard]] u64 new_table();
    [[nodiscard]] u64* entries(u64 table) const {
        return reinterpret_cast<u64*>(memory_ + (table - base_));
    }

    u64 base_;
    u8* memory_ = nullptr;
    u64 used_ = 0;
    u64 used_at_reset_ = 0;
    std::array<u64, 2> roots_{};
    u64 stub_root_ = 0;
};

} // namespace ringside::unicorn
