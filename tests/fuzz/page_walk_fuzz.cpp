// Random page tables in every paging mode: the walk ends, within its levels, and says one thing.
#include "mmu/page_fault.hpp"
#include "mmu/page_walk.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/mmu/flat_memory.hpp"

namespace ringside::fuzz {

namespace {

constexpr u64 ram = 0x4000; // four pages, so that tables meet and loop

mmu::PagingContext any_context(Input& input) {
    mmu::PagingContext context;
    context.mode = static_cast<mmu::PagingMode>(input.below(4));
    u64 const bits = input.number(2);
    context.wp = (bits & 1U) != 0;
    context.pse = (bits & 2U) != 0;
    context.pge = (bits & 4U) != 0;
    context.pcide = (bits & 8U) != 0;
    context.nxe = (bits & 16U) != 0;
    context.smep = (bits & 32U) != 0;
    context.smap = (bits & 64U) != 0;
    context.ac = (bits & 128U) != 0;
    context.maxphyaddr = static_cast<u8>(36 + (bits >> 8U) % 17);
    context.cr3 = input.number(2);
    for (u64& pdpte : context.pdptes) {
        pdpte = input.number(2);
    }
    return context;
}

void walk_once(mmu::FlatMemory& memory, mmu::PagingContext const& context,
               mmu::Access const& access) {
    mmu::PageWalk const walk = mmu::walk(memory, context, access);
    must(walk.steps.size() <= 4, "more steps than levels");
    if (!walk.outcome) {
        Fault const& fault = walk.outcome.error();
        must(fault.vector == ExceptionVector::PF, "a walk fails by #PF only");
        must(fault.address == access.address, "CR2 is the address");
        must(walk.updates.empty(), "a failed walk changes nothing");
        must(!walk.checks.empty() && !walk.checks.back().ok,
             "the last check is the one that failed");
        must(((fault.error_code & mmu::page_fault::P) != 0) ==
                 (walk.steps.back().verdict != mmu::WalkVerdict::NotPresent),
             "P says whether the entry was present");
        return;
    }
    mmu::commit(walk, memory);
    mmu::PageWalk const again = mmu::walk(memory, context, access);
    must(static_cast<bool>(again.outcome), "after its own update a walk succeeds again");
    must(again.outcome.value().address == walk.outcome.value().address, "to the same place");
}

} // namespace

} // namespace ringside::fuzz

extern "C" int LLVMFuzzerTestOneInput(ringside::u8 const* bytes, std::size_t size) {
    using namespace ringside;
    fuzz::Input input{bytes, size};
    mmu::PagingContext const context = fuzz::any_context(input);
    mmu::Access access;
    u64 const way = input.number(1);
    access.type = static_cast<mmu::AccessType>(way % 3);
    access.user = (way & 4U) != 0;
    access.implicit = (way & 8U) != 0 && !access.user;
    access.address = LinearAddress{input.number(6)};
    mmu::FlatMemory memory{fuzz::ram};
    auto const tables = input.rest();
    for (u64 at = 0; at + 8 <= std::min<u64>(fuzz::ram, tables.size()); at += 8) {
        fuzz::Input entry{tables.data() + at, 8};
        memory.write64(PhysicalAddress{at}, entry.number(8));
    }
    fuzz::walk_once(memory, context, access);
    return 0;
}
