#pragma once
// The page tables that Unicorn sees, written by us: four levels whatever the guest's mode. One root
// for each privilege class and a private one for the flush stub. An entry's frame is the guest's;
// its rights are what need not be asked.
#include "core/engine.hpp"
#include "core/x86/address.hpp"

#include <unicorn/unicorn.h>

#include <vector>

namespace ringside::unicorn {

// Where the tables and the stub lie in Unicorn's physical space: a linear hole the model refuses to
// map.
inline constexpr u64 tables_base = 0xff00000000;
inline constexpr u64 tables_size = u64{16} << 20U;
inline constexpr u64 stub_base = 0xff02000000;
inline constexpr u64 hole_end = 0xff03000000;

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
    explicit HiddenTables(uc_engine* engine);
    HiddenTables(HiddenTables const&) = delete;
    HiddenTables(HiddenTables&&) = delete;
    HiddenTables& operator=(HiddenTables const&) = delete;
    HiddenTables& operator=(HiddenTables&&) = delete;
    ~HiddenTables();

    [[nodiscard]] u64 root(PrivilegeClass who) const {
        return roots_[static_cast<std::size_t>(who)];
    }
    [[nodiscard]] u64 stub_root() const { return stub_root_; }
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
        return reinterpret_cast<u64*>(memory_ + (table - tables_base));
    }

    u8* memory_ = nullptr;
    u64 used_ = 0;
    u64 used_at_reset_ = 0;
    std::array<u64, 2> roots_{};
    u64 stub_root_ = 0;
};

} // namespace ringside::unicorn
