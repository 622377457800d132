#include "core/unicorn/engine.hpp"

#include "core/decoder/decode.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/unicorn/floating_point.hpp"
#include "core/unicorn/posture.hpp"
#include "core/unicorn/translator_guard.hpp"

#include <fmt/format.h>

namespace ringside {

using unicorn::require;

Engine::Implementation::Handle::Handle() {
    static_cast<void>(unicorn::Layout::calibrated());
    require(uc_open(UC_ARCH_X86, UC_MODE_64, &engine), "uc_open");
    unicorn::watch_translator();
}

Engine::Implementation::Handle::~Handle() {
    uc_close(engine);
}

Engine::Implementation::Implementation(Ram& ram, unsigned hole)
    : context_{handle_.engine}
    , mappings_{handle_.engine, ram, hole} {
    unicorn::dress_once(context_);
    context_.restore();
    add_hook(UC_HOOK_INTR, reinterpret_cast<void*>(&Implementation::intr_hook), 1, 0);
    add_hook(UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(&Implementation::invalid_hook), 1, 0);
    // The only one: the core calls a lone block hook without a detour.
    add_hook(UC_HOOK_BLOCK, reinterpret_cast<void*>(&Implementation::block_hook), 1, 0);
    add_hook(UC_HOOK_MEM_UNMAPPED, reinterpret_cast<void*>(&Implementation::unmapped_hook), 1, 0);
    // With exits enabled and none set, no address ends a run.
    require(uc_ctl_exits_enable(handle_.engine), "uc_ctl_exits_enable");
}

Engine::Implementation::Implementation(Ram& ram, Implementation& old)
    : Implementation{ram, old.mappings_.next_hole()} {
    restore_core(old.save_core());
    who_ = old.who_;
    code_size_ = old.code_size_;
    code_base_ = old.code_base_;
    guards_ = old.guards_;
    ip_ = old.ip_;
    flags_ = old.flags_;
    stepping_ = old.stepping_;
    step_ip_ = old.step_ip_;
    budget_ = old.budget_;
    remaining_ = old.remaining_;
    has_elements_ = old.has_elements_;
    inside_repeat_ = old.inside_repeat_;
    repeat_ = old.repeat_;
    blocks_ = &blocks_of_load();
    context_.core().cr[3] = mappings_.root(who_);
}

unicorn::BlockTable& Engine::Implementation::blocks_of_load() {
    return tables_of_blocks_[static_cast<std::size_t>(who_) * 3 +
                             static_cast<std::size_t>(code_size_)];
}

void Engine::Implementation::add_hook(int type, void* function, u64 begin, u64 end) {
    uc_hook hook = 0;
    require(uc_hook_add(handle_.engine, &hook, type, function, this, begin, end), "uc_hook_add");
}

void Engine::Implementation::load(Cpu const& cpu, Guards guards) {
    guards_ = guards;
    who_ = unicorn::class_of(cpu);
    code_size_ = unicorn::code_size_of(cpu);
    code_base_ = code_size_ == CodeSize::Bits64 ? 0 : cpu.segments[seg::SegmentName::CS].base;
    ip_ = cpu.rip;
    blocks_ = &blocks_of_load();
    blocks_->guard({.calls = guards.guards_calls(),
                    .overrides = guards.guards_overrides(),
                    .several = guards.several});
    unicorn::dress(context_, cpu, mappings_.root(who_));
}

void Engine::Implementation::store(Cpu& cpu) const {
    cpu.gpr = context_.core().gpr;
    cpu.rip = ip_;
    cpu.rflags = (cpu.rflags & ~unicorn::engine_flags) | (flags_ & unicorn::engine_flags);
}

std::optional<EngineExit> Engine::Implementation::go(MissHandler& handler) {
    handler_ = &handler;
    do {
        mappings_.settle();
        context_.core().rip = ip_;
        if (std::exchange(must_forget_, false)) {
            context_.restore();
        } else {
            context_.restore_core();
        }
        exit_.reset();
        retry_ = false;
        block_ = nullptr;
        std::optional<uc_err> const error = unicorn::start(handle_.engine, ip_);
        context_.save_core();
        require(uc_reg_read(handle_.engine, UC_X86_REG_EFLAGS, &flags_), "EFLAGS");
        if (thrown_) {
            std::rethrow_exception(std::exchange(thrown_, nullptr));
        }
        if (!error) {
            leave_untranslatable();
        } else if (!exit_ && !retry_) {
            throw HostError(fmt::format("Unicorn stopped at {:#x} for no reason it told: {}",
                                        context_.core().rip, uc_strerror(*error)));
        }
        ip_ = exit_ && exit_->kind != ExitKind::SoftwareInterrupt ? exit_->ip
              : retry_                                            ? retry_ip_
                                                                  : context_.core().rip;
    } while (!exit_ && !mappings_.needs_new_core());
    return exit_;
}

std::optional<EngineExit> Engine::Implementation::run(u64 budget, MissHandler& handler) {
    budget_ = remaining_ = static_cast<i64>(std::min<u64>(budget, INT64_MAX));
    stepping_ = has_elements_ = inside_repeat_ = false;
    context_.core().rflags &= ~rflags::TF;
    return go(handler);
}

std::optional<EngineExit> Engine::Implementation::step(MissHandler& handler) {
    budget_ = remaining_ = 0;
    stepping_ = true;
    has_elements_ = inside_repeat_ = false;
    step_ip_ = ip_;
    context_.core().rflags |= rflags::TF;
    return go(handler);
}

void Engine::Implementation::leave_untranslatable() {
    u64 const ip = context_.core().rip;
    settle_at_fetch(ip + code_base_);
    exit_ = EngineExit{.kind = ExitKind::Untranslatable, .ip = ip};
}

void Engine::Implementation::leave(EngineExit const& why) {
    exit_ = why;
    uc_emu_stop(handle_.engine);
}

void Engine::Implementation::try_again_at(u64 ip) {
    retry_ = true;
    retry_ip_ = ip;
    uc_emu_stop(handle_.engine);
}

// The offset in CS of a linear address that the core names.
u64 Engine::Implementation::offset_of(u64 linear) const {
    u64 const offset = linear - code_base_;
    return code_size_ == CodeSize::Bits64 ? offset : offset & 0xffffffff;
}

// Bytes of code the running class sees; fewer when a page is not granted.
std::span<u8 const> Engine::Implementation::code_bytes(u64 linear, std::size_t size) {
    u8 const* const first = mappings_.page_bytes(who_, LinearAddress{linear});
    if (first == nullptr) {
        return {};
    }
    std::size_t const in_page = page_size_4k - (linear & 0xfffU);
    if (size <= in_page) {
        return {first + (linear & 0xfffU), size};
    }
    code_buffer_.assign(first + (linear & 0xfffU), first + page_size_4k);
    u8 const* const second = mappings_.page_bytes(who_, LinearAddress{linear + in_page});
    if (second != nullptr) {
        code_buffer_.insert(code_buffer_.end(), second,
                            second + std::min<std::size_t>(size - in_page, page_size_4k));
    }
    return code_buffer_;
}

Instruction Engine::Implementation::instruction_at(u64 linear) {
    return decode(code_bytes(linear, longest_instruction), code_size_);
}

// The current block was left at `linear`, before the instruction there retired: gives back what was
// counted too much.
void Engine::Implementation::settle(u64 linear) {
    if (block_ == nullptr) {
        return;
    }
    inside_repeat_ = has_elements_ && is_repeating(linear);
    repeat_ = linear;
    u64 const offset = linear - block_address_;
    if (offset < unicorn::Block::known_offsets && offset < block_->size) {
        remaining_ += block_->instructions - block_->count_before(static_cast<u32>(offset));
    } else if (offset < block_->size) {
        u32 const done = count_until(code_bytes(block_address_, block_->size), code_size_,
                                     static_cast<u32>(offset));
        remaining_ += block_->instructions - done;
    }
    block_ = nullptr;
}

// Not fetched yet: all of the block before has retired, but for a repeated instruction that goes
// on. Where the block's last instruction is, if it has.
std::optional<u64> Engine::Implementation::settle_at_fetch(u64 linear) {
    std::optional<u64> last;
    if (is_repeating(linear)) {
        ++remaining_;
        has_elements_ = inside_repeat_ = true;
        repeat_ = linear;
    } else if (block_ != nullptr) {
        last = block_address_ + block_->last_offset;
    }
    block_ = nullptr;
    return last;
}

std::vector<u8> Engine::Implementation::save_core() {
    // The guest's registers are in the buffer, its x87 and SSE state in the core.
    unicorn::CoreState const core = context_.core();
    context_.save();
    context_.clear_exception();
    context_.core() = core;
    auto const blob = context_.blob();
    return {blob.begin(), blob.end()};
}

void Engine::Implementation::restore_core(std::span<u8 const> saved) {
    RINGSIDE_ENSURE(saved.size() == context_.blob().size(), "saved by this engine");
    std::ranges::copy(saved, context_.blob().begin());
    context_.restore();
    must_forget_ = false;
    mappings_.drop_all();
}

std::vector<u8> Engine::Implementation::floating_point_state() const {
    return unicorn::floating_point_state(handle_.engine);
}

} // namespace ringside
