#pragma once
// Access rights of a found page (SDM volume 3, section 5.6.1). Asked by the walk, which records
// every rule, and for a cached translation, which only wants the verdict: the same lines decide
// both.
#include "core/x86/asked.hpp"
#include "mmu/page_fault.hpp"
#include "mmu/page_table_entry.hpp"
#include "mmu/page_walk.hpp"
#include "mmu/rules.hpp"

namespace ringside::mmu {

// The rights of a path: user and writable only if every entry says so, no_execute if any does.
struct PathRights {
    bool user = true;
    bool writable = true;
    bool no_execute = false;
    // The rights that remain behind one more entry.
    [[nodiscard]] constexpr PathRights through(PageTableEntry entry) const {
        return {user && entry.user(), writable && entry.writable(),
                no_execute || entry.execute_disable()};
    }
};

// Calls `note(rule, held)` for each rule that this kind of access is subject to, up to the first
// that fails. A rule whose control bit is off is asked too and holds: that WP = 0 lets a write pass
// is something to see.
template <class Note>
constexpr WalkVerdict check_permissions(PathRights rights, PagingContext const& context,
                                        Access const& access, Note note) {
    auto const holds = [&note](Rule const& rule, bool condition,
                               CheckSite site = CheckSite::current()) {
        bool const held = asked(condition, site);
        note(rule, held);
        return held;
    };
    bool const fetch = access.type == AccessType::Fetch;
    bool const write = access.type == AccessType::Write;
    if (is_user_mode(access)) {
        if (!holds(rules::user_page, rights.user)) {
            return WalkVerdict::SupervisorOnly;
        }
        if (write && !holds(rules::user_write, rights.writable)) {
            return WalkVerdict::WriteProtected;
        }
    } else if (fetch) {
        if (!holds(rules::smep, !(context.smep && rights.user))) {
            return WalkVerdict::SMEP;
        }
    } else {
        bool const kept_out = context.smap && rights.user;
        bool const data_allowed = access.implicit
                                      ? holds(rules::smap_implicit, !kept_out)
                                      : holds(rules::smap_explicit, !kept_out || context.ac);
        if (!data_allowed) {
            return WalkVerdict::SMAP;
        }
        if (write && !holds(rules::supervisor_write, rights.writable || !context.wp)) {
            return WalkVerdict::WriteProtected;
        }
    }
    bool const no_execute = rights.no_execute && execute_disable_enabled(context);
    if (fetch && context.mode != PagingMode::Bits32 && !holds(rules::execute, !no_execute)) {
        return WalkVerdict::NoExecute;
    }
    return WalkVerdict::Leaf;
}

} // namespace ringside::mmu
