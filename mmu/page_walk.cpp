#include "mmu/page_walk.hpp"

#include "core/x86/asked.hpp"
#include "mmu/page_table_entry.hpp"
#include "mmu/permissions.hpp"

namespace ringside::mmu {

namespace {

Rule const& present_rule(PagingLevel level) {
    switch (level) {
    case PagingLevel::PML4:
        return rules::pml4e_present;
    case PagingLevel::PDPT:
        return rules::pdpte_present;
    case PagingLevel::PD:
        return rules::pde_present;
    case PagingLevel::PT:
        break;
    }
    return rules::pte_present;
}

// The rule about the reserved bits of this entry's format; null for the formats that have none:
// 4-byte entries but the 4-MiB PDE, and PDPTE registers, which were checked when they were loaded
// (section 5.4.1).
Rule const* reserved_rule(PagingMode mode, PagingLevel level, bool leaf) {
    if (mode == PagingMode::Bits32) {
        return level == PagingLevel::PD && leaf ? &rules::p32_pde_4m_reserved : nullptr;
    }
    bool const pae = mode == PagingMode::PAE;
    switch (level) {
    case PagingLevel::PML4:
        return &rules::pml4e_reserved;
    case PagingLevel::PDPT:
        return pae ? nullptr : leaf ? &rules::pdpte_1g_reserved : &rules::pdpte_reserved;
    case PagingLevel::PD:
        if (pae) {
            return leaf ? &rules::pae_pde_2m_reserved : &rules::pae_pde_reserved;
        }
        return leaf ? &rules::pde_2m_reserved : &rules::pde_reserved;
    case PagingLevel::PT:
        break;
    }
    return pae ? &rules::pae_pte_reserved : &rules::pte_reserved;
}

void fail(PageWalk& record, PagingContext const& context, WalkVerdict verdict, u32 cause) {
    record.steps.back().verdict = verdict;
    record.updates
        .clear(); // whether a failing walk sets A bits is model-specific: this processor's does not
    record.outcome = Fault{.vector = ExceptionVector::PF,
                           .error_code = error_code(context, record.access, cause),
                           .address = record.access.address,
                           .rule = record.checks.back().rule};
}

// P first, then reserved bits: an entry with P = 0 has no other meaning to the processor
// (section 5.7).
bool check_entry(PageWalk& record, PagingContext const& context, PagingLevel level,
                 PageTableEntry entry, bool leaf) {
    bool const present = asked(entry.present());
    record.checks.push_back({&present_rule(level), present});
    if (!present) {
        fail(record, context, WalkVerdict::NotPresent, 0);
        return false;
    }
    Rule const* const rule = reserved_rule(context.mode, level, leaf);
    if (rule == nullptr) {
        return true;
    }
    bool const clean = asked((entry.raw() & reserved_bits(context, level, entry)) == 0);
    record.checks.push_back({rule, clean});
    if (!clean) {
        fail(record, context, WalkVerdict::ReservedBit, page_fault::P | page_fault::RSVD);
    }
    return clean;
}

// A in every entry used, D in the one that maps the page if the access writes (section 5.8).
void want_update(PageWalk& record, PhysicalAddress entry_address, PageTableEntry entry, u64 set) {
    if ((entry.raw() & set) != set) {
        record.updates.push_back({entry_address, entry.raw(), entry.raw() | set});
    }
}

void finish(PageWalk& record, PagingContext const& context, PagingLevel level, PageTableEntry leaf,
            PathRights rights) {
    Access const& access = record.access;
    WalkVerdict const verdict =
        check_permissions(rights, context, access, [&record](Rule const& rule, bool held) {
            record.checks.push_back({&rule, held});
        });
    if (verdict != WalkVerdict::Leaf) {
        fail(record, context, verdict, page_fault::P);
        return;
    }
    bool const write = access.type == AccessType::Write;
    want_update(record, record.steps.back().entry_address, leaf,
                PageTableEntry::accessed_bit | (write ? PageTableEntry::dirty_bit : 0));
    record.steps.back().verdict = WalkVerdict::Leaf;
    u64 const page_size = u64{1} << span_width(context.mode, level);
    record.outcome = Translation{
        .address = frame(context.mode, level, leaf) + (access.address.value() & (page_size - 1)),
        .page_size = page_size,
        .user = rights.user,
        .writable = rights.writable,
        .no_execute = rights.no_execute,
        .global = leaf.global() && context.pge,
        .dirty = leaf.dirty() || write,
    };
}

} // namespace

PageWalk walk(PhysicalMemory const& memory, PagingContext const& context, Access const& access) {
    PageWalk record{access, context.mode};
    if (context.mode == PagingMode::None) {
        record.outcome = Translation{
            .address = PhysicalAddress{access.address.value()}, .user = true, .writable = true};
        return record;
    }
    PathRights rights;
    PhysicalAddress table = root_table(context);
    PagingLevel level = top_level(context.mode);
    while (true) {
        PhysicalAddress const entry_address =
            table +
            u64{table_index(context.mode, level, access.address)} * entry_size(context.mode);
        PageTableEntry const entry = read_entry(memory, context, level, entry_address);
        bool const leaf = maps_page(context, level, entry);
        record.steps.push_back({entry_address, entry.raw(), level, WalkVerdict::Descend});
        if (!check_entry(record, context, level, entry, leaf)) {
            return record;
        }
        bool const pdpte_register =
            context.mode == PagingMode::PAE && level == PagingLevel::PDPT; // no rights, no A bit
        if (!pdpte_register) {
            rights = rights.through(entry);
        }
        if (leaf) {
            finish(record, context, level, entry, rights);
            return record;
        }
        if (!pdpte_register) {
            want_update(record, entry_address, entry, PageTableEntry::accessed_bit);
        }
        table = entry.table();
        level = next_level(level);
    }
}

// The bits are OR-ed into what memory holds now, as the processor's locked update does: two walks
// of one instruction may share an entry, and the second commit must not undo the first.
void commit(PageWalk const& walk, PhysicalMemory& memory) {
    if (!walk.outcome) {
        return;
    }
    for (EntryUpdate const& update : walk.updates) {
        u64 const set = update.after & ~update.before;
        if (walk.mode == PagingMode::Bits32) {
            memory.write32(update.entry_address,
                           memory.read32(update.entry_address) | static_cast<u32>(set));
        } else {
            memory.write64(update.entry_address, memory.read64(update.entry_address) | set);
        }
    }
}

} // namespace ringside::mmu
