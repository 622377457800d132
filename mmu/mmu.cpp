#include "mmu/mmu.hpp"

#include "core/x86/bits.hpp"
#include "mmu/page_table_entry.hpp"
#include "mmu/rules.hpp"

namespace ringside::mmu {

namespace {

TlbEntry cache_entry(LinearAddress address, Translation const& found, u16 pcid) {
    u64 const in_page = found.page_size - 1;
    return {
        .page = LinearAddress{address.value() & ~in_page},
        .page_size = found.page_size,
        .frame = PhysicalAddress{found.address.value() & ~in_page},
        .pcid = pcid,
        .user = found.user,
        .writable = found.writable,
        .no_execute = found.no_execute,
        .global = found.global,
        .dirty = found.dirty,
    };
}

Translation cached_translation(LinearAddress address, TlbEntry const& entry) {
    return {
        .address = entry.frame + (address.value() & (entry.page_size - 1)),
        .page_size = entry.page_size,
        .user = entry.user,
        .writable = entry.writable,
        .no_execute = entry.no_execute,
        .global = entry.global,
        .dirty = entry.dirty,
    };
}

} // namespace

u16 current_pcid(PagingContext const& context) {
    return context.pcide ? static_cast<u16>(bits<11, 0>(context.cr3)) : u16{0};
}

Lookup Mmu::look_up(PhysicalMemory const& memory, PagingContext const& context,
                    Access const& access) const {
    if (context.mode == PagingMode::None) {
        return {access, walk(memory, context, access).outcome};
    }
    TlbEntry const* const entry = tlb_.find(access.address, current_pcid(context));
    if (entry != nullptr && permits(*entry, context, access)) {
        return {access, cached_translation(access.address, *entry)};
    }
    return Lookup{walk(memory, context, access)};
}

std::vector<TlbEntry> Mmu::commit(Lookup const& lookup, PhysicalMemory& memory,
                                  PagingContext const& context) {
    if (!lookup.walk) {
        return {};
    }
    u16 const pcid = current_pcid(context);
    std::vector<TlbEntry> dropped = tlb_.invalidate(lookup.access.address, pcid);
    if (lookup.outcome) {
        mmu::commit(*lookup.walk, memory);
        tlb_.insert(cache_entry(lookup.access.address, lookup.outcome.value(), pcid));
    }
    return dropped;
}

PdpteLoad load_pdptes(PhysicalMemory const& memory, PagingContext const& context) {
    PdpteLoad load;
    PhysicalAddress const table = root_table(context);
    for (std::size_t index = 0; index < load.pdptes.size(); ++index) {
        PageTableEntry const entry{memory.read64(table + index * 8)};
        if (entry.present() &&
            (entry.raw() & reserved_bits(context, PagingLevel::PDPT, entry)) != 0) {
            load.fault = Fault{.vector = ExceptionVector::GP, .rule = &rules::pae_pdpte_reserved};
            return load;
        }
        load.pdptes[index] = entry.raw();
    }
    return load;
}

} // namespace ringside::mmu
