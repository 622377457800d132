#include "core/vectors/machine_vectors.hpp"

#include "core/vectors/harness.hpp"
#include "core/vectors/sparse_memory.hpp"
#include "core/x86/bits.hpp"
#include "mmu/page_table_entry.hpp"

#include <algorithm>

namespace ringside::vectors {

namespace {

constexpr u64 undefined_rights = 0xf0000; // LAR bits 19:16
constexpr u8 undefined_opcode_vector = 6;
constexpr u8 page_fault_vector = 14;
constexpr u64 marked_code = 5; // MOV EAX, marker: what a fetch finds, before its UD2

bool is_paging(VectorCase const& given) {
    return given.linear.has_value();
}

u32 low_word(u64 value) {
    return static_cast<u32>(value);
}

// One case after its run.
class Comparer {
public:
    Comparer(VectorCase const& given, MachineWorld const& world,
             std::optional<Delivered> const& delivered)
        : given_{given}
        , world_{world}
        , delivered_{delivered} {}

    Verdict run() {
        if (!delivered_) {
            comparison_.equal("outcome", outcome_word(given_.out.ok, given_.out.vector),
                              world_.trouble());
            return comparison_.verdict("the machine ended outside of a handler");
        }
        if (!is_paging(given_) && given_.kind != "xfer") {
            compare_queries();
        }
        comparison_.equal("outcome", outcome_word(given_.out.ok, given_.out.vector),
                          outcome_word(is_ok(), delivered_->vector));
        if (is_ok()) {
            comparison_.equal("hit", given_.out.hit, is_paging(given_) ? hit() : std::nullopt);
        } else {
            compare_fault();
        }
        if (given_.kind != "segu") { // what ran natively could not look at its tables
            compare_low_words();
            compare_frames();
        }
        return comparison_.verdict(world_.witness().reason);
    }

private:
    static std::string outcome_word(bool ok, u8 vector) {
        return ok ? "ok" : "vector " + std::to_string(unsigned{vector});
    }

    // UD2 at the end of the stub, or of what it jumped to.
    [[nodiscard]] bool is_ok() const {
        u64 const end = given_.acc == "x" ? *given_.linear + marked_code
                                          : harness::stubs[given_.cpl] + given_.code.size() - 2;
        return delivered_->in_stub && delivered_->vector == undefined_opcode_vector &&
               delivered_->ip == end;
    }

    void compare_queries() {
        u64 const eax = world_.cpu()[Gpr::RAX];
        comparison_.equal("LAR", given_.out.lar.value_or(0) & ~undefined_rights,
                          low_word(world_.cpu()[Gpr::RCX]) & ~undefined_rights);
        comparison_.equal("LSL", given_.out.lsl.value_or(0), low_word(world_.cpu()[Gpr::RDX]));
        comparison_.equal("VERR", given_.out.verr.value_or(false) ? 1U : 0U, bits<7, 0>(eax));
        comparison_.equal("VERW", given_.out.verw.value_or(false) ? 1U : 0U, bits<15, 8>(eax));
    }

    void compare_fault() {
        Outcome const& out = given_.out;
        comparison_.equal("phase", out.phase, delivered_->in_stub ? 1U : 0U);
        comparison_.equal("error code", out.error_code, delivered_->error_code);
        if (delivered_->vector == page_fault_vector && out.cr2) {
            compare_cr2(*out.cr2);
        }
        if (out.phase == 0) { // the recorder's own instruction, not the case's
            return;
        }
        comparison_.equal("CS", out.cs, delivered_->cs);
        comparison_.equal("IP", out.ip, delivered_->ip);
        if (given_.kind == "xfer") {
            comparison_.equal("FLAGS", out.flags, delivered_->flags & ~rflags::RF);
            comparison_.equal("SS", out.ss, delivered_->ss);
            comparison_.equal("SP", out.sp, delivered_->sp);
        }
    }

    // Which byte of a descriptor is named when its accessed bit cannot be set is anyone's choice.
    void compare_cr2(u64 processor) {
        u64 const machine = world_.cpu().cr2;
        auto const& walk = world_.witness().last_walk;
        bool const any_byte =
            given_.acc == "iw" && walk && walk->access.type == mmu::AccessType::Write;
        if (!any_byte || processor / 8 != machine / 8) {
            comparison_.equal("CR2", processor, machine);
        }
    }

    // The data word that the stub's registers or the store tell of.
    [[nodiscard]] std::optional<u64> hit() const {
        for (MemoryWord const& word : given_.memory) {
            if (word.role == "data" && was_accessed(word)) {
                return word.address.value();
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool was_accessed(MemoryWord const& word) const {
        u32 const before = low_word(word.value);
        u32 const now = world_.ram().read32(word.address);
        if (given_.acc == "r") {
            return low_word(world_.cpu()[Gpr::RAX]) == before;
        }
        if (given_.acc == "x") { // MOV EAX, marker
            return low_word(world_.cpu()[Gpr::RAX]) == low_word(word.value >> 8U);
        }
        if (given_.acc == "w") {
            return now != before && now == harness::eax;
        }
        if (given_.acc == "m") {
            return now == before + 1;
        }
        return low_word(world_.cpu()[Gpr::RDX]) == seg::SegmentDescriptor{word.value}.limit();
    }

    // The word as the record has it: the stack of ring 0 below the interrupted pointer holds the
    // frame that ended the case, and is left out, in whole doublewords.
    [[nodiscard]] u64 recorded(MemoryWord const& before) const {
        u64 const now = world_.ram().read64(before.address);
        if (before.role != "stack" || before.address.value() >= harness::ring0_stack_top) {
            return now;
        }
        bool const ring0 = (delivered_->cs & 3U) == 0;
        u64 const end = ring0 ? interrupted_sp() : harness::ring0_stack_top;
        u64 const first = before.address.value();
        u64 const lost = end > first ? std::min<u64>(end - first, 8) : 0;
        u64 const mask = low_mask(static_cast<unsigned>(lost) * 8);
        return (before.value & mask) | (now & ~mask);
    }

    // Where the stack was before the frame of ring 0 was pushed on it.
    [[nodiscard]] u64 interrupted_sp() const {
        bool const with_code = has_error_code(static_cast<ExceptionVector>(delivered_->vector));
        u64 const sp = delivered_->sp.value_or(world_.cpu()[Gpr::RSP] + (with_code ? 16U : 12U));
        return (sp + 3) & ~u64{3};
    }

    void compare_low_words() {
        for (MemoryWord const& before : given_.memory) {
            if (before.address.value() >= harness::supervisor_end) {
                continue;
            }
            auto const changed =
                std::ranges::find(given_.out.after, before.address, &MemoryWord::address);
            bool const listed = changed != given_.out.after.end();
            comparison_.equal("word at " + hex(before.address.value()) + " after",
                              listed ? changed->value : before.value, recorded(before));
        }
    }

    // Every byte of every frame that the case has anything in.
    void compare_frames() {
        SparseMemory expected;
        auto const is_narrow = [&](MemoryWord const& word) {
            return given_.kind == "p32" && word.value <= 0xffff'ffff;
        };
        for (MemoryWord const& word : world_.own_entries()) {
            expected.write(word.address, word.value,
                           given_.kind == "p64" || given_.kind == "pae" ? 8 : 4);
        }
        for (MemoryWord const& word : given_.memory) {
            bool const table = word.role.starts_with('p');
            expected.write(word.address, word.value, given_.kind == "p32" && table ? 4 : 8);
        }
        for (MemoryWord const& word : given_.out.after) {
            expected.write(word.address, word.value, is_narrow(word) ? 4 : 8);
        }
        for (u64 const frame : world_.frames()) {
            for (u64 place = frame; place < frame + page_size_4k; place += 8) {
                PhysicalAddress const cell{place};
                u64 const wanted = expected.read64(cell);
                u64 const now = world_.ram().read64(cell);
                if (wanted != now) {
                    u64 const free = free_bits(cell);
                    comparison_.equal("memory at " + hex(place) + " afterwards", wanted | free,
                                      now | free);
                }
            }
        }
    }

    // Accessed bits of entries that a refused walk passed through.
    [[nodiscard]] u64 free_bits(PhysicalAddress cell) const {
        auto const is_free = [&](PhysicalAddress entry) {
            auto const& walk = world_.witness().last_walk;
            return !is_ok() && walk &&
                   std::ranges::any_of(walk->steps, [entry](mmu::WalkStep const& step) {
                       return step.entry_address == entry &&
                              step.verdict == mmu::WalkVerdict::Descend;
                   });
        };
        return (is_free(cell) ? mmu::PageTableEntry::accessed_bit : 0) |
               (is_free(cell + 4) ? mmu::PageTableEntry::accessed_bit << 32U : 0);
    }

    VectorCase const& given_;
    MachineWorld const& world_;
    std::optional<Delivered> const& delivered_;
    Comparison comparison_;
};

} // namespace

Verdict MachineJudge::operator()(VectorCase const& given) {
    std::optional<Delivered> const delivered = world_.run(given);
    return Comparer{given, world_, delivered}.run();
}

} // namespace ringside::vectors
