// What the core calls from inside a run.
#include "core/decoder/decode.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/unicorn/engine.hpp"
#include "core/unicorn/posture.hpp"
#include "seg/descriptor_table.hpp"

namespace ringside {

namespace {

constexpr u32 debug_vector = 1;
constexpr u32 general_protection_vector = 13;
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
        here.context_.save_core();
        u64 const ip = here.context_.core().rip;
        u64 const linear = ip + here.code_base_;
        here.settle(linear);
        here.leave({.kind = ExitKind::InvalidOpcode,
                    .ip = ip,
                    .instruction = here.instruction_at(linear)});
    });
    return false;
}

// An address where the core has no memory at all. It gets some, and asks its page tables.
bool Engine::Implementation::unmapped_hook(uc_engine* /*engine*/, uc_mem_type /*type*/, u64 address,
                                           int /*size*/, i64 /*value*/, void* self) {
    auto& here = *static_cast<Implementation*>(self);
    here.guarded([&] { here.mappings_.uncover(LinearAddress{address}); });
    return here.thrown_ == nullptr;
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
    must_forget_ = context_.remembers_exception();
    context_.clear_exception();
    u64 const ip = context_.core().rip;
    if (vector == debug_vector && stepping_ && !is_software) {
        leave({.kind = ExitKind::Stepped, .ip = ip});
        return;
    }
    if (is_software) {
        // The IP is the next instruction's; the INT is the last of its block and the model retires
        // it.
        u64 start = step_ip_ + code_base_;
        if (!stepping_ && block_ != nullptr) {
            start = block_address_ + block_->last_offset;
            ++remaining_;
            block_ = nullptr;
        }
        leave({.kind = ExitKind::SoftwareInterrupt,
               .ip = offset_of(start),
               .vector = static_cast<u8>(vector),
               .instruction = instruction_at(start)});
        return;
    }
    if (vector == page_fault_vector) {
        on_page_fault(LinearAddress{context_.core().cr[2]}, error_code);
        if (!exit_ && !retry_ && !thrown_) { // the core goes on by itself
            context_.restore();
            must_forget_ = false;
        }
        return;
    }
    u64 const linear = ip + code_base_;
    // The core makes a near branch to an address that is not canonical, and refuses the fetch.
    bool const is_astray = code_size_ == CodeSize::Bits64 && !seg::is_canonical(ip);
    if (vector == general_protection_vector && is_astray && !stepping_ &&
        leave_beyond_code(settle_at_fetch(linear), ip)) {
        return;
    }
    settle(linear);
    leave({.kind = ExitKind::Trap,
           .ip = ip,
           .vector = static_cast<u8>(vector),
           .error_code = error_code,
           .instruction = instruction_at(linear)});
}

void Engine::Implementation::on_page_fault(LinearAddress address, u32 error_code) {
    u64 const ip = context_.core().rip;
    u64 const linear = ip + code_base_;
    bool const is_fetch = (error_code & fault_fetch) != 0;
    if (is_fetch) {
        if (leave_beyond_code(settle_at_fetch(linear), ip)) {
            return;
        }
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
    Instruction const instruction = instruction_at(ip + code_base_);
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
        for (std::size_t size = 0; size < 3; ++size) {
            tables_of_blocks_[static_cast<std::size_t>(who_) * 3 + size].clear();
        }
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
    if (stepping_) {
        return;
    }
    if (is_repeating(address)) { // an element more: counted when the instruction began
        has_elements_ = true;
        return;
    }
    has_elements_ = inside_repeat_ = inside_repeat_ && address == repeat_;
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
    inside_repeat_ = false;
    remaining_ -= slot.instructions;
    block_ = &slot;
    block_address_ = address;
}

} // namespace ringside
