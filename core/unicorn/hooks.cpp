// What the core calls from inside a run.
#include "core/decoder/decode.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/unicorn/engine.hpp"
#include "core/unicorn/posture.hpp"

namespace ringside {

namespace {

constexpr u32 debug_vector = 1;
constexpr u32 page_fault_vector = 14;
// Bits of the error code of a hidden page fault.
constexpr u32 fault_write = 2;
constexpr u32 fault_fetch = 16;

} // namespace

template <class Action>
void Engine::Implementation::guarded(Action action) {
    try {
        action();
    } catch (...) {
        thrown_ = std::current_exception();
        uc_emu_stop(handle_.engine);
    }
}

void Engine::Implementation::intr_hook(uc_engine* /*engine*/, u32 vector, void* self) {
    auto& here = *static_cast<Implementation*>(self);
    here.guarded([&] { here.on_interrupt(vector); });
}

bool Engine::Implementation::invalid_hook(uc_engine* /*engine*/, void* self) {
    auto& here = *static_cast<Implementation*>(self);
    here.guarded([&] {
        here.context_.save();
        u64 const ip = here.context_.core().rip;
        here.settle(ip + here.code_base_);
        here.leave({.kind = ExitKind::InvalidOpcode, .ip = ip});
    });
    return false;
}

// The hottest function of Ringside: runs once for each basic block of the guest.
void Engine::Implementation::block_hook(uc_engine* /*engine*/, u64 address, u32 size, void* self) {
    auto& here = *static_cast<Implementation*>(self);
    unicorn::Block& slot = here.blocks_->slot(address);
    if (slot.key == unicorn::BlockTable::key_of(address, size) &&
        here.remaining_ >= i64{slot.instructions}) [[likely]] {
        here.remaining_ -= slot.instructions;
        here.block_ = &slot;
        here.block_address_ = address;
        return;
    }
    here.guarded([&] { here.on_special_block(address, size); });
}

void Engine::Implementation::leak_hook(uc_engine* /*engine*/, u64 address, u32 /*size*/,
                                       void* self) {
    auto& here = *static_cast<Implementation*>(self);
    here.guarded([&] { here.on_leak(address); });
}

void Engine::Implementation::on_interrupt(u32 vector) {
    context_.save();
    u32 const error_code = context_.error_code();
    bool const is_software = context_.is_int();
    context_.clear_exception();
    context_.restore();
    u64 const ip = context_.core().rip;
    if (vector == debug_vector && stepping_ && !is_software) {
        leave({.kind = ExitKind::Stepped, .ip = ip});
        return;
    }
    if (is_software) {
        // The IP is the next instruction's; the INT is the last of its block and the model retires
        // it.
        u64 start = step_ip_;
        if (!stepping_ && block_ != nullptr) {
            start = offset_of(block_address_ + block_->last_offset);
            ++remaining_;
            block_ = nullptr;
        }
        leave(
            {.kind = ExitKind::SoftwareInterrupt, .ip = start, .vector = static_cast<u8>(vector)});
        return;
    }
    if (vector == page_fault_vector) {
        on_page_fault(LinearAddress{context_.core().cr[2]}, error_code);
        return;
    }
    settle(ip + code_base_);
    leave({.kind = ExitKind::Trap,
           .ip = ip,
           .vector = static_cast<u8>(vector),
           .error_code = error_code});
}

void Engine::Implementation::on_page_fault(LinearAddress address, u32 error_code) {
    u64 const ip = context_.core().rip;
    u64 const linear = ip + code_base_;
    bool const is_fetch = (error_code & fault_fetch) != 0;
    if (is_fetch) {
        settle_at_fetch(linear);
        if (!stepping_ &&
            remaining_ == 0) { // the fetch belongs to an instruction beyond the budget
            leave({.kind = ExitKind::BudgetSpent, .ip = ip});
            return;
        }
    } else {
        settle(linear);
    }
    bool const is_ahead = is_fetch && !stepping_ && address.page() != LinearAddress{linear}.page();
    grant_failed_ = false;
    if (is_ahead) {
        if (!handler_->on_fetch_ahead(address)) {
            leave({.kind = ExitKind::FetchAhead, .ip = ip, .address = address});
        } else if (grant_failed_) {
            try_again_at(ip);
        }
        return;
    }
    bool const is_write =
        (error_code & fault_write) != 0 || (!is_fetch && reads_to_write(address, ip));
    mmu::AccessType const access = is_fetch   ? mmu::AccessType::Fetch
                                   : is_write ? mmu::AccessType::Write
                                              : mmu::AccessType::Read;
    if (handler_->on_miss(address, access, ip) == MissAnswer::Stop) {
        leave({.kind = ExitKind::Miss, .ip = ip, .address = address, .access = access});
    } else if (grant_failed_) {
        try_again_at(ip);
    }
}

// The core loads before it stores; the processor asks for the right to write at once.
bool Engine::Implementation::reads_to_write(LinearAddress address, u64 ip) {
    Instruction const instruction =
        decode(code_bytes(ip + code_base_, longest_instruction), code_size_);
    if (!is_read_modify_write(instruction)) {
        return false;
    }
    unicorn::CoreState const& core = context_.core();
    u64 const offset = effective_address(instruction, core.gpr, ip + instruction.length);
    u64 const start = offset + core.segments[instruction.memory.segment].base;
    u64 const mask = code_size_ == CodeSize::Bits64 ? ~u64{0} : 0xffffffff;
    return ((address.value() - start) & mask) < std::max<u32>(instruction.memory.size, 1);
}

void Engine::Implementation::grant(PrivilegeClass who, LinearAddress page, PhysicalAddress frame,
                                   mmu::AccessType access) {
    unicorn::Grant const granted = mappings_.grant(who, page, frame, access);
    if (granted == unicorn::Grant::NewCode) {
        blocks_->clear();
    }
    grant_failed_ = grant_failed_ || granted == unicorn::Grant::Later;
}

void Engine::Implementation::grant_write_beside_code(PrivilegeClass who, LinearAddress page,
                                                     PhysicalAddress frame) {
    unicorn::Grant const granted = mappings_.grant_write_beside_code(who, page, frame);
    grant_failed_ = grant_failed_ || granted == unicorn::Grant::Later;
}

// Is the core about to begin the next element of the repeated instruction that ended the block
// entered last? Only itself can come after it at its own address, for the block is over when it is.
bool Engine::Implementation::is_repeating(u64 address) const {
    return block_ != nullptr && block_->ends_in_rep &&
           address == block_address_ + block_->last_offset;
}

// Everything a block may need but to be counted.
void Engine::Implementation::on_special_block(u64 address, u32 size) {
    if (stepping_ || is_repeating(address)) { // an element more: counted when the instruction began
        return;
    }
    block_ = nullptr; // its slot may be the one that is filled now
    unicorn::Block& slot = blocks_->slot(address);
    u64 const key = unicorn::BlockTable::key_of(address, size);
    bool const is_known = slot.key == key || slot.key == (key | unicorn::BlockTable::special);
    if (!is_known && !look_at_new_block(address, size, slot)) {
        return;
    }
    LinearAddress const last_page = LinearAddress{address + size - 1}.page();
    bool const reaches_ahead = last_page != LinearAddress{address}.page() &&
                               !mappings_.is_granted(who_, last_page, mmu::AccessType::Fetch);
    if (reaches_ahead) {
        leave({.kind = ExitKind::FetchAhead, .ip = offset_of(address), .address = last_page});
        return;
    }
    if (remaining_ < i64{slot.instructions}) {
        leave({.kind = ExitKind::BudgetSpent, .ip = offset_of(address)});
        return;
    }
    remaining_ -= slot.instructions;
    block_ = &slot;
    block_address_ = address;
}

// Fills the slot. False if the run has to begin anew at this block, because hooks were added in it.
bool Engine::Implementation::look_at_new_block(u64 address, u32 size, unicorn::Block& slot) {
    BlockScan const scan = scan_block(code_bytes(address, size), code_size_);
    bool const crosses = LinearAddress{address}.page() != LinearAddress{address + size - 1}.page();
    slot = {.key = unicorn::BlockTable::key_of(address, size) |
                   (scan.ends_in_rep || crosses ? unicorn::BlockTable::special : 0),
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

void Engine::Implementation::on_leak(u64 address) {
    if (stepping_ || exit_ || retry_) {
        return;
    }
    // Other code may have come to this address since.
    if (!leaks(decode(code_bytes(address, longest_instruction), code_size_))) {
        return;
    }
    settle(address);
    leave({.kind = ExitKind::Leak, .ip = offset_of(address)});
}

} // namespace ringside
