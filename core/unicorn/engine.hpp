#pragma once
// The engine on Unicorn: hidden page tables, a block loop that counts, hooks that hand over what
// the model must decide. engine.cpp runs it; hooks.cpp is called from inside the run.
#include "core/decoder/block_scan.hpp"
#include "core/engine.hpp"
#include "core/host_error.hpp"
#include "core/unicorn/block_table.hpp"
#include "core/unicorn/context.hpp"
#include "core/unicorn/mappings.hpp"

#include <exception>
#include <unordered_set>

namespace ringside {

class Engine::Implementation {
public:
    explicit Implementation(Ram& ram, unsigned hole = 0);
    // A new core in the state of one whose translator gave up, or that cannot show the guest what
    // it wants.
    Implementation(Ram& ram, Implementation& old);

    void load(Cpu const& cpu, Guards guards);
    void store(Cpu& cpu) const;
    // Nothing: a new core must take over here, and `go_on`.
    std::optional<EngineExit> run(u64 budget, MissHandler& handler);
    std::optional<EngineExit> step(MissHandler& handler);
    std::optional<EngineExit> go_on(MissHandler& handler) { return go(handler); }
    [[nodiscard]] u64 retired() const { return static_cast<u64>(budget_ - remaining_); }
    [[nodiscard]] bool is_inside_repeat() const { return inside_repeat_; }
    void grant(PrivilegeClass who, LinearAddress page, PhysicalAddress frame,
               mmu::AccessType access);
    void grant_write_beside_code(PrivilegeClass who, LinearAddress page, PhysicalAddress frame);
    [[nodiscard]] unicorn::Mappings& mappings() { return mappings_; }
    [[nodiscard]] std::vector<u8> save_core();
    void restore_core(std::span<u8 const> saved);
    [[nodiscard]] std::vector<u8> floating_point_state() const;

private:
    struct Handle {
        Handle();
        Handle(Handle const&) = delete;
        Handle(Handle&&) = delete;
        Handle& operator=(Handle const&) = delete;
        Handle& operator=(Handle&&) = delete;
        ~Handle();
        uc_engine* engine = nullptr;
    };

    // Hooks. Nothing may be thrown through the C frames between us and `go`.
    static void intr_hook(uc_engine* engine, u32 vector, void* self);
    static bool invalid_hook(uc_engine* engine, void* self);
    static bool unmapped_hook(uc_engine* engine, uc_mem_type type, u64 address, int size, i64 value,
                              void* self);
    static void block_hook(uc_engine* engine, u64 address, u32 size, void* self);
    static void leak_hook(uc_engine* engine, u64 address, u32 size, void* self);
    template <class Action>
    void guarded(Action action);
    void on_interrupt(u32 vector);
    void on_page_fault(LinearAddress address, u32 error_code);
    void on_special_block(u64 address, u32 size);
    void on_leak(u64 address);
    bool look_at_new_block(u64 address, u32 size, unicorn::Block& slot);
    [[nodiscard]] bool is_repeating(u64 address) const;
    [[nodiscard]] bool is_guarded(Instruction const& instruction, u64 address);
    [[nodiscard]] bool calls_astray(Instruction const& instruction, u64 address) const;
    [[nodiscard]] bool wraps(Instruction const& instruction);
    [[nodiscard]] u64 linear_operand(Instruction const& instruction);
    [[nodiscard]] bool might_stop_halfway(Instruction const& instruction, u64 address);
    [[nodiscard]] Instruction const& hooked_at(u64 address);
    bool leave_beyond_code(std::optional<u64> last, u64 ip);
    [[nodiscard]] bool reads_to_write(LinearAddress address, u64 ip);

    void add_hook(int type, void* function, u64 begin, u64 end);
    std::optional<EngineExit> go(MissHandler& handler);
    [[nodiscard]] unicorn::BlockTable& blocks_of_load();
    void leave_untranslatable();
    void leave(EngineExit const& why);
    void try_again_at(u64 ip);
    void settle(u64 linear);
    std::optional<u64> settle_at_fetch(u64 linear);
    [[nodiscard]] u64 offset_of(u64 linear) const;
    [[nodiscard]] std::span<u8 const> code_bytes(u64 linear, std::size_t size);
    [[nodiscard]] Instruction instruction_at(u64 linear);

    Handle handle_;
    unicorn::Context context_; // x87 and SSE in it are the core's only after a whole save
    bool must_forget_ = false; // the core remembers an exception that `context_` has forgotten
    unicorn::Mappings mappings_;
    std::array<unicorn::BlockTable, 6> tables_of_blocks_; // by privilege class and code size
    std::unordered_set<u64> hooked_leaks_;

    // Of the current load.
    PrivilegeClass who_ = PrivilegeClass::Supervisor;
    CodeSize code_size_ = CodeSize::Bits32;
    u64 code_base_ = 0;
    Guards guards_;
    u64 ip_ = 0;
    u64 flags_ = 0;
    unicorn::BlockTable* blocks_ = nullptr;

    // Of the current run.
    MissHandler* handler_ = nullptr;
    bool stepping_ = false;
    u64 step_ip_ = 0;
    i64 budget_ = 0;
    i64 remaining_ = 0;
    unicorn::Block const* block_ = nullptr; // entered last and not settled
    u64 block_address_ = 0;
    bool has_elements_ = false;  // of the repeated instruction at hand some are done
    bool inside_repeat_ = false; // and the core was stopped before the next one
    u64 repeat_ = 0;             // linear: where it will go on
    std::optional<EngineExit> exit_;
    bool retry_ = false;
    u64 retry_ip_ = 0;
    bool grant_failed_ = false;
    std::exception_ptr thrown_;
    std::vector<u8> code_buffer_;
};

} // namespace ringside
