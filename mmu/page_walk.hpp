#pragma once
// One page walk: a pure function of memory and paging context that returns a record of every entry
// read, why the walk ended and which accessed and dirty bits it wants to set; `commit` is the only
// place that changes the guest's tables. The same walk executes, explains, answers "what if", is
// drawn and is graded (SDM volume 3, chapter 5).
#include "core/x86/address.hpp"
#include "core/x86/fault.hpp"
#include "core/x86/fixed_vector.hpp"
#include "core/x86/memory.hpp"
#include "core/x86/result.hpp"
#include "core/x86/rule.hpp"
#include "mmu/access.hpp"
#include "mmu/paging_context.hpp"

namespace ringside::mmu {

enum class PagingLevel : u8 { PT = 1, PD = 2, PDPT = 3, PML4 = 4 };

enum class WalkVerdict : u8 {
    Descend,        // present, points to the next table
    Leaf,           // present, maps a page, and the access is allowed
    NotPresent,     // P = 0
    ReservedBit,    // a reserved bit is 1
    WriteProtected, // R/W = 0 somewhere on the path and the access writes
    SupervisorOnly, // U/S = 0 somewhere on the path and the access is a user's
    NoExecute,      // XD = 1 somewhere on the path and the access fetches
    SMEP,           // supervisor fetch from a user page
    SMAP,           // supervisor data access to a user page, AC = 0
};

// The small members stand last: with padding between, the compiler copies a new step in pieces that
// it has just written in other pieces, and the processor waits for them.
struct WalkStep {
    PhysicalAddress entry_address{};
    u64 entry = 0; // as read, before accessed and dirty bits are set
    PagingLevel level = PagingLevel::PT;
    WalkVerdict verdict = WalkVerdict::Descend;
};

// An accessed or dirty bit to be set: the write the walk wants to make.
struct EntryUpdate {
    PhysicalAddress entry_address{};
    u64 before = 0;
    u64 after = 0;
};

// What a successful walk found. Rights are the path's, combined: user and writable by AND,
// no_execute by OR.
struct Translation {
    PhysicalAddress address{}; // of the accessed byte
    u64 page_size = 4096;
    bool user = false;
    bool writable = false;
    bool no_execute = false;
    bool global = false;
    bool dirty = false; // the leaf's D bit after this walk
};

struct PageWalk {
    PageWalk() = default;
    PageWalk(Access const& of, PagingMode in)
        : access{of}
        , mode{in} {}

    Access access;
    PagingMode mode = PagingMode::None;
    FixedVector<WalkStep, 4> steps;
    FixedVector<EntryUpdate, 4> updates;
    FixedVector<Check, 12> checks; // permission and reserved-bit rules, in the manual's order
    Result<Translation, Fault> outcome = Translation{};
};

// Decides. Never changes anything. With PagingMode::None it succeeds at once, no steps.
// A non-canonical address is segmentation's business (#GP or #SS before paging is asked): callers
// check it first.
[[nodiscard]] PageWalk walk(PhysicalMemory const& memory, PagingContext const& context,
                            Access const& access);

// Commits a successful walk's accessed and dirty bits, width by paging mode. A failed walk changes
// nothing.
void commit(PageWalk const& walk, PhysicalMemory& memory);

} // namespace ringside::mmu
