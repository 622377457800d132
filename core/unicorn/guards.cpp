// Instructions before which a run stops: those that leak, those whose segment must be asked, those
// that might stop halfway; and branches after which it has to stop.
#include "core/decoder/decode.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/unicorn/engine.hpp"
#include "seg/descriptor_table.hpp"

namespace ringside {

// Fills the slot. False if the run has to begin anew at this block, because hooks were added in it.
bool Engine::Implementation::look_at_new_block(u64 address, u32 size, unicorn::Block& slot) {
    auto const code = code_bytes(address, size);
    BlockScan scan = scan_block(code, code_size_, blocks_->guarded());
    if (calls_astray(decode(code.subspan(scan.last_offset), code_size_),
                     address + scan.last_offset)) {
        scan.leak_offsets.push_back(scan.last_offset);
    }
    bool const crosses = LinearAddress{address}.page() != LinearAddress{address + size - 1}.page();
    blocks_->note_use();
    slot = {.key = unicorn::BlockTable::key_of(address, size) |
                   (scan.ends_in_rep || crosses ? unicorn::BlockTable::special : 0),
            .starts = scan.starts,
            .instructions = static_cast<u16>(scan.instructions),
            .size = static_cast<u16>(size),
            .last_offset = static_cast<u16>(scan.last_offset),
            .ends_in_rep = scan.ends_in_rep};
    bool added = false;
    for (u32 const offset : scan.leak_offsets) {
        u64 const leak = address + offset;
        if (hooked_leaks_.insert(leak).second) {
            add_hook(UC_HOOK_CODE, reinterpret_cast<void*>(&Implementation::leak_hook), leak, leak);
            added = true;
        }
    }
    if (added) {
        // The translation at hand does not know the new hooks.
        uc_ctl_remove_cache(handle_.engine, address, address + size);
        try_again_at(offset_of(address));
    }
    return !added;
}

// A relative CALL out of canonical space: the core would push before its target is refused.
bool Engine::Implementation::calls_astray(Instruction const& instruction, u64 address) const {
    return code_size_ == CodeSize::Bits64 && instruction.flow == Flow::Call &&
           instruction.relative &&
           !seg::is_canonical(branch_target(instruction, offset_of(address) + instruction.length));
}

// The linear address of the explicit operand. Asked at its hook, where the core's registers are
// current.
u64 Engine::Implementation::linear_operand(Instruction const& instruction) {
    context_.save_core();
    unicorn::CoreState const& core = context_.core();
    return effective_address(instruction, core.gpr, core.rip + instruction.length) +
           core.segments[instruction.memory.segment].base;
}

// Does its access run over offset 2^32? Asked at its hook, where the core's registers are current.
bool Engine::Implementation::wraps(Instruction const& instruction) {
    context_.save_core();
    auto const& gpr = context_.core().gpr;
    u64 const end = u64{1} << 32U;
    if (instruction.string_reads_source) {
        return repeats(instruction) ||
               string_source(instruction, gpr) + instruction.operand_size > end;
    }
    u64 const next = context_.core().rip + instruction.length;
    u64 const size = std::max<u32>(instruction.memory.size, 1);
    return (effective_address(instruction, gpr, next) & 0xffffffff) + size > end;
}

bool Engine::Implementation::is_guarded(Instruction const& instruction, u64 address) {
    u8 const segment = instruction.memory.segment;
    if ((guards_.several && makes_several_accesses(instruction)) ||
        (overrides_segment(instruction) &&
         ((instruction.memory.write && guards_.write[segment]) || guards_.read[segment]))) {
        return true;
    }
    if ((guards_.wraps[segment] && overrides_segment(instruction) && wraps(instruction)) ||
        pushes_before_it_branches(instruction) || calls_astray(instruction, address) ||
        loads_mxcsr(instruction) ||
        (needs_alignment(instruction) && (linear_operand(instruction) & 15U) != 0)) {
        return true;
    }
    // What a call overwrites cannot be taken back.
    return guards_.guards_calls() && instruction.flow == Flow::Call &&
           (!instruction.relative ||
            branch_target(instruction, offset_of(address) + instruction.length) >
                guards_.code_limit);
}

// Does an instruction that is more than one access of the core reach a page that may refuse, after
// another?
bool Engine::Implementation::might_stop_halfway(Instruction const& instruction, u64 address) {
    if (!can_stop_halfway(instruction)) {
        return false;
    }
    context_.save_core();
    unicorn::CoreState const& core = context_.core();
    u64 first = 0;
    u64 size = instruction.memory.size;
    bool writes = instruction.memory.write;
    if (instruction.memory.present) {
        first = effective_address(instruction, core.gpr, offset_of(address) + instruction.length) +
                core.segments[instruction.memory.segment].base;
    } else {
        bool const is_enter = instruction.opcode == 0xc8;
        if (is_enter || (core.hflags & unicorn::hflag::SS32) == 0) {
            return true; // the pointer may wrap
        }
        writes = instruction.writes_stack;
        size = u64{8} * instruction.operand_size;
        first = core.gpr[static_cast<std::size_t>(Gpr::RSP)] - (writes ? size : 0) +
                core.segments[static_cast<std::size_t>(seg::SegmentName::SS)].base;
    }
    first &= code_size_ == CodeSize::Bits64 ? ~u64{0} : 0xffffffff;
    LinearAddress const page = LinearAddress{first}.page();
    LinearAddress const last_page = LinearAddress{first + size - 1}.page();
    mmu::AccessType const access = writes ? mmu::AccessType::Write : mmu::AccessType::Read;
    return page != last_page && (!mappings_.is_granted(who_, page, access) ||
                                 !mappings_.is_granted(who_, last_page, access));
}

// The instruction with a hook at this address. Other code may have come there since it was hooked.
Instruction const& Engine::Implementation::hooked_at(u64 address) {
    unicorn::Hooked& slot = blocks_->hooked(address);
    if (slot.address != address) {
        blocks_->note_use();
        slot = {.address = address, .instruction = instruction_at(address)};
    }
    return slot.instruction;
}

void Engine::Implementation::on_leak(u64 address) {
    if (stepping_ || exit_ || retry_) {
        return;
    }
    Instruction const& instruction = hooked_at(address);
    bool const is_leak = leaks(instruction);
    if (!is_leak && !is_guarded(instruction, address) &&
        !might_stop_halfway(instruction, address)) {
        return;
    }
    settle(address);
    leave({.kind = is_leak ? ExitKind::Leak : ExitKind::Guarded,
           .ip = offset_of(address),
           .instruction = instruction});
}

// The next instruction to be fetched is at `ip`, after the one at `last` (linear). If that is a
// branch beyond the limit of code, it must not have been made.
bool Engine::Implementation::leave_beyond_code(std::optional<u64> last, u64 ip) {
    bool const is_beyond =
        code_size_ == CodeSize::Bits64 ? !seg::is_canonical(ip) : ip > guards_.code_limit;
    if (!last || !is_beyond) {
        return false;
    }
    Instruction const instruction = instruction_at(*last);
    u64 const next = offset_of(*last) + instruction.length;
    if (!is_branch(instruction) || (instruction.flow == Flow::Conditional && ip == next)) {
        return false; // code runs over the limit by itself
    }
    ++remaining_;
    leave({.kind = ExitKind::BeyondCode, .ip = offset_of(*last), .instruction = instruction});
    return true;
}

} // namespace ringside
