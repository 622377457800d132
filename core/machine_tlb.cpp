// What drops translations: from the TLB model, and with it from the engine's hidden mappings.
#include "core/machine.hpp"

namespace ringside {

void Machine::drop_hidden(std::vector<mmu::TlbEntry> const& entries) {
    if (entries.size() > 64) {
        engine_.drop_all();
        return;
    }
    for (mmu::TlbEntry const& entry : entries) {
        engine_.drop(entry.page, entry.page_size);
    }
}

void Machine::flush_tlb(TlbFlush which, Cpu const& after) {
    mmu::PagingContext const context = after.paging_context();
    std::vector<mmu::TlbEntry> const dropped =
        which == TlbFlush::All
            ? mmu_.tlb().flush_all()
            : mmu_.tlb().flush_non_global(mmu::current_pcid(context), context.pcide);
    tell(trace::TlbChange{.op = trace::TlbOp::Flush, .count = dropped.size()});
    if (which == TlbFlush::All) {
        engine_.drop_all();
        return;
    }
    drop_hidden(dropped);
    select_pcid(after);
}

// The hidden tables show the entries of one PCID, and the global ones. Those of the PCID before
// stay in the model, out of sight.
void Machine::select_pcid(Cpu const& after) {
    u16 const before = mmu::current_pcid(cpu_.paging_context());
    if (before != mmu::current_pcid(after.paging_context())) {
        drop_hidden(mmu_.tlb().owned_by(before));
    }
}

void Machine::invalidate_page(LinearAddress address, Cpu const& after) {
    std::vector<mmu::TlbEntry> const dropped =
        mmu_.tlb().invalidate(address, mmu::current_pcid(after.paging_context()));
    tell(trace::TlbChange{
        .op = trace::TlbOp::Invlpg, .lin = address.value(), .count = dropped.size()});
    drop_hidden(dropped);
}

void Machine::invalidate_pcid(Invalidation which, u16 pcid, LinearAddress address) {
    mmu::Tlb& tlb = mmu_.tlb();
    std::vector<mmu::TlbEntry> const dropped = [&] {
        switch (which) {
        case Invalidation::Address:
            return tlb.invalidate_own(address, pcid);
        case Invalidation::Pcid:
            return tlb.flush_non_global(pcid, true);
        case Invalidation::Everything:
            return tlb.flush_all();
        case Invalidation::EverythingButGlobal:
            break;
        }
        return tlb.flush_non_global(0, false);
    }();
    bool const is_one = which == Invalidation::Address;
    tell(trace::TlbChange{.op = is_one ? trace::TlbOp::Invlpg : trace::TlbOp::Flush,
                          .lin = is_one ? address.value() : 0,
                          .count = dropped.size()});
    drop_hidden(dropped);
}

void Machine::translation_rules_changed() {
    engine_.drop_all();
}

} // namespace ringside
