#include "core/vectors/paging_vectors.hpp"

#include "core/vectors/harness.hpp"
#include "core/vectors/sparse_memory.hpp"
#include "mmu/mmu.hpp"
#include "mmu/page_table_entry.hpp"
#include "mmu/rules.hpp"
#include "seg/descriptor_table.hpp"

#include <algorithm>

namespace ringside::vectors {

namespace {

using mmu::Access;
using mmu::AccessType;

constexpr u64 descriptor_accessed = u64{1} << 40U; // the A bit of a segment descriptor
constexpr u64 accessed_byte = 5;                   // and the byte that holds it

bool is_table_word(MemoryWord const& word) {
    return word.role == "pml4e" || word.role == "pdpte" || word.role == "pde" || word.role == "pte";
}

SparseMemory memory_of(VectorCase const& given) {
    SparseMemory memory;
    for (MemoryWord const& word : given.memory) {
        bool const narrow = given.kind == "p32" && is_table_word(word);
        memory.write(word.address, word.value, narrow ? 4 : 8);
    }
    return memory;
}

mmu::PagingContext context_of(VectorCase const& given) {
    return mmu::paging_context({.cr0 = given.cr0,
                                .cr3 = given.cr3,
                                .cr4 = given.cr4,
                                .efer = given.efer,
                                .rflags = given.eflags},
                               given.maxphyaddr.value_or(40));
}

// The processor of one case: our Mmu and the memory.
class PagingReplay {
public:
    explicit PagingReplay(VectorCase const& given)
        : given_{given}
        , before_{memory_of(given)}
        , memory_{before_}
        , context_{context_of(given)} {}

    Verdict run() {
        if (switch_paging_on()) {
            instruction();
        }
        compare_outcome();
        compare_memory();
        Verdict verdict = comparison_.verdict(reason());
        verdict.checks = std::move(checks_);
        return verdict;
    }

private:
    // MOV to CR0 or CR3, which loads the PDPTE registers.
    bool switch_paging_on() {
        if (context_.mode != mmu::PagingMode::PAE) {
            return true;
        }
        mmu::PdpteLoad const load = mmu::load_pdptes(memory_, context_);
        context_.pdptes = load.pdptes;
        fault_ = load.fault;
        checks_.push_back({&mmu::rules::pae_pdpte_reserved, !fault_});
        phase_ = fault_ ? 0 : 1;
        return !fault_;
    }

    void instruction() {
        LinearAddress const target{given_.linear.value_or(0)};
        if (given_.acc == "r") {
            access(target, AccessType::Read, false);
        } else if (given_.acc == "x") {
            access(target, AccessType::Fetch, false);
        } else if (given_.acc == "w") {
            store(access(target, AccessType::Write, false), harness::eax, 4);
        } else if (given_.acc == "m") {
            increment(access(target, AccessType::Write, false));
        } else if (given_.acc == "il") {
            access(target, AccessType::Read, true);
        } else {
            load_selector(target);
        }
    }

    void increment(std::optional<PhysicalAddress> at) {
        store(at, at ? memory_.read32(*at) + 1 : 0, 4);
    }

    // MOV to ES of a data segment that was not accessed yet: the descriptor is read, then written.
    void load_selector(LinearAddress descriptor) {
        std::optional<PhysicalAddress> const at = access(descriptor, AccessType::Read, true);
        if (!at) {
            return;
        }
        u64 const word = memory_.read64(*at);
        if ((word & descriptor_accessed) == 0) {
            std::optional<PhysicalAddress> const byte =
                access(descriptor + accessed_byte, AccessType::Write, true);
            store(byte, (word | descriptor_accessed) >> accessed_byte * 8, 1);
        }
        access(descriptor, AccessType::Read, true); // LSL
    }

    void store(std::optional<PhysicalAddress> at, u64 value, unsigned size) {
        if (at) {
            memory_.write(*at, value, size);
        }
    }

    std::optional<PhysicalAddress> access(LinearAddress address, AccessType type, bool implicit) {
        if (fault_) {
            return std::nullopt;
        }
        if (context_.mode == mmu::PagingMode::Level4 && !seg::is_canonical(address.value())) {
            fault_ = Fault{.vector = ExceptionVector::GP};
            return std::nullopt;
        }
        Access const request{
            .address = address, .type = type, .user = given_.cpl == 3, .implicit = implicit};
        mmu::Lookup const lookup = mmu_.look_up(memory_, context_, request);
        last_ = lookup.walk;
        if (last_) {
            checks_.insert(checks_.end(), last_->checks.begin(), last_->checks.end());
        }
        mmu_.commit(lookup, memory_, context_);
        if (!lookup.outcome) {
            fault_ = lookup.outcome.error();
            fetch_faulted_ = type == AccessType::Fetch;
            return std::nullopt;
        }
        PhysicalAddress const at = lookup.outcome.value().address;
        if (!hit_) {
            hit_ = at.value();
        }
        check_cold_walk(request, at);
        return at;
    }

    // What the TLB said must be what a walk of the committed tables says, and need no more updates.
    void check_cold_walk(Access const& request, PhysicalAddress at) {
        mmu::PageWalk const cold = mmu::walk(memory_, context_, request);
        comparison_.equal("cold walk", at.value(),
                          cold.outcome ? std::optional{cold.outcome.value().address.value()}
                                       : std::nullopt);
        comparison_.equal("updates a committed walk still wants", u64{0}, cold.updates.size());
    }

    void compare_outcome() {
        Outcome const& out = given_.out;
        comparison_.equal("outcome", out.ok ? "ok" : "vector " + std::to_string(out.vector),
                          outcome_word());
        if (out.ok || !fault_) {
            comparison_.equal("hit", out.hit, hit_);
            return;
        }
        comparison_.equal("phase", out.phase, phase_);
        comparison_.equal("error code", out.error_code, fault_->error_code);
        if (fault_->vector == ExceptionVector::PF && out.cr2) {
            compare_cr2(*out.cr2);
        }
        if (phase_ == 1) { // in phase 0 it is the harness's instruction, not the case's
            u64 const stub = harness::stubs[given_.cpl];
            comparison_.equal("ip", out.ip, fetch_faulted_ ? *given_.linear : stub);
        }
    }

    std::string outcome_word() const {
        return fault_ ? "vector " + std::to_string(static_cast<unsigned>(fault_->vector)) : "ok";
    }

    void compare_cr2(u64 processor) {
        u64 const model = fault_->address.value();
        bool const any_byte =
            given_.acc == "iw" && last_ && last_->access.type == AccessType::Write;
        if (!any_byte || processor / 8 != model / 8) {
            comparison_.equal("cr2", processor, model);
        }
    }

    // Entries that a refused walk passed through.
    bool accessed_bit_is_free(PhysicalAddress word) const {
        if (!fault_ || !last_) {
            return false;
        }
        return std::ranges::any_of(last_->steps, [word](mmu::WalkStep const& step) {
            return step.entry_address == word && step.verdict == mmu::WalkVerdict::Descend;
        });
    }

    void compare_memory() {
        SparseMemory processor = before_;
        for (MemoryWord const& word : given_.out.after) {
            bool const narrow = given_.kind == "p32" && word.value <= 0xffff'ffff;
            processor.write(word.address, word.value, narrow ? 4 : 8);
        }
        for (PhysicalAddress const cell : memory_.changed_since(processor)) {
            compare_cell(cell, processor);
        }
        for (PhysicalAddress const cell : processor.changed_since(memory_)) {
            compare_cell(cell, processor);
        }
    }

    void compare_cell(PhysicalAddress cell, SparseMemory const& processor) {
        u64 free = accessed_bit_is_free(cell) ? mmu::PageTableEntry::accessed_bit : 0;
        if (accessed_bit_is_free(cell + 4)) {
            free |= mmu::PageTableEntry::accessed_bit << 32U;
        }
        comparison_.equal("memory at " + hex(cell.value()) + " afterwards",
                          processor.read64(cell) | free, memory_.read64(cell) | free);
    }

    std::string reason() const {
        if (!fault_) {
            return "every check held";
        }
        return fault_->rule == nullptr ? "the address is not canonical"
                                       : "refused by " + std::string{fault_->rule->id};
    }

    VectorCase const& given_;
    SparseMemory before_;
    SparseMemory memory_;
    mmu::PagingContext context_;
    mmu::Mmu mmu_;
    std::optional<mmu::PageWalk> last_; // of the last access; none where the TLB answered
    std::optional<Fault> fault_;
    std::optional<u64> hit_;
    u64 phase_ = 1;
    bool fetch_faulted_ = false;
    std::vector<Check> checks_;
    Comparison comparison_;
};

} // namespace

Verdict replay_paging(VectorCase const& given) {
    return PagingReplay{given}.run();
}

} // namespace ringside::vectors
