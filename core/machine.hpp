#pragma once
// The machine: one processor, RAM, and a board of devices. The engine runs innocent instructions;
// everything architectural is decided by the models and committed here, one step at a time.
//
// Devices live in device time: retired instructions plus what the processor slept in HLT. They act,
// and interrupts are taken, between ticks only; a REP counts one instruction when it completes, so
// no time passes inside one.
#include "core/cpu.hpp"
#include "core/devices/board.hpp"
#include "core/engine.hpp"
#include "core/free_pages.hpp"
#include "core/instructions/environment.hpp"
#include "core/instructions/execution.hpp"
#include "core/machine_config.hpp"
#include "core/operand_accesses.hpp"
#include "core/ram.hpp"
#include "core/session.hpp"
#include "core/trace/event.hpp"
#include "mmu/mmu.hpp"
#include "seg/interrupt_delivery.hpp"

#include <unordered_map>

namespace ringside {

// Everything that a run can change, but RAM.
struct MachineState {
    Cpu cpu;
    std::vector<mmu::TlbEntry> tlb;
    std::vector<u8> engine_core;
    DeviceState devices;
    u64 ticks = 0;
    u64 insns = 0;
    u64 slept = 0;
    u64 pauses = 0;
    u32 pid = 0;
    std::optional<RunEnd> end;
};

class Machine final : private MissHandler, private Environment, private LinearMemory {
public:
    explicit Machine(MachineConfig const& config);
    // Without a guest: RAM of zeros and a processor as after reset, to be set up by hand.
    struct Bare {
        u64 ram_bytes = u64{16} << 20U;
    };
    explicit Machine(Bare bare);
    Machine(Machine const&) = delete;
    Machine(Machine&&) = delete;
    Machine& operator=(Machine const&) = delete;
    Machine& operator=(Machine&&) = delete;
    ~Machine() override;

    // Who hears the events; null: nobody (replay).
    void set_sink(trace::EventSink* sink) { sink_ = sink; }

    // Each runs until the count is reached or the machine has ended. `run_*` is fast; `step` is one
    // tick exactly: an instruction retired, an exception or interrupt delivered, memory written by
    // a device, time slept away, or the elements of a repeated instruction that come before one
    // which walks a page table or faults. So before each walk and each fault the registers are
    // those with which the processor begins that element.
    void run_until_tick(u64 tick);
    void run_until_insn(u64 insn);
    void step();

    [[nodiscard]] u64 ticks() const { return ticks_; }
    [[nodiscard]] u64 insns() const { return insns_; }
    // Ticks that ended inside a repeated instruction.
    [[nodiscard]] u64 pauses() const { return pauses_; }
    [[nodiscard]] u64 device_time() const { return insns_ + slept_; }
    [[nodiscard]] std::optional<RunEnd> const& end() const { return end_; }
    [[nodiscard]] Cpu const& cpu() const { return cpu_; }
    [[nodiscard]] Cpu& cpu() { return cpu_; } // for tests that set up a machine by hand
    [[nodiscard]] Ram const& ram() const { return ram_; }
    [[nodiscard]] Ram& ram() { return ram_; }
    [[nodiscard]] mmu::Mmu const& mmu() const { return mmu_; }
    // Bytes under a CR3 (default: the current one), without any effect; shorter when a page is
    // absent.
    [[nodiscard]] std::vector<u8> peek(LinearAddress address, std::size_t size,
                                       std::optional<u64> cr3 = std::nullopt) const;
    [[nodiscard]] u64 state_hash();

    [[nodiscard]] MachineState save();
    void restore(MachineState const& state); // RAM has been restored before
    // The guest may write these frames without asking; call it after RAM's image was taken.
    void note_writable_frames();

private:
    // machine_run.cpp: the two ways to go on.
    struct Stop {
        u64 tick = ~u64{0};
        u64 insn = ~u64{0};
    };
    [[nodiscard]] bool is_there() const;
    void run(u64 most_insns);
    void finish_exit(EngineExit const& exit);
    void step_over_page_end(EngineExit const& exit);
    void step_in_engine(Instruction const& instruction);
    EngineExit step_engine();
    [[nodiscard]] Result<Instruction, Fault> fetch();
    void keep_pages(FreePages const& pages);
    [[nodiscard]] Guards guards(FreePages const& pages) const;
    EngineExit run_engine(u64 most_insns, Guards const& guards);
    void take_back_grants();
    bool repeat_freely(Instruction const& instruction);
    [[nodiscard]] bool is_never_refused(Instruction const& instruction) const;
    [[nodiscard]] std::optional<Fault> check_operands(Instruction const& instruction);
    [[nodiscard]] std::optional<Fault> refusal_of(OperandAccess const& operand,
                                                  bool needs_16) const;
    void tell_refusal(OperandAccess const& operand, Fault const& fault);
    [[nodiscard]] std::optional<Fault> probe_operands(Instruction const& instruction);
    [[nodiscard]] std::optional<Fault> probe_operand(OperandAccess const& operand);
    // The part of an operand that lies in one page.
    struct OperandPiece {
        PhysicalAddress address{};
        u32 size = 0;
    };
    [[nodiscard]] Result<std::vector<OperandPiece>, Fault>
    translate_operand(OperandAccess const& operand, LinearAddress start);
    [[nodiscard]] bool is_64bit() const;
    [[nodiscard]] std::optional<Fault> check_mxcsr(Instruction const& instruction);
    [[nodiscard]] bool is_beyond_code(u64 ip) const;
    void note_elements();
    [[nodiscard]] Fault beyond_code_fault() const;
    bool trap_between_elements();
    void pause_between_elements();
    [[nodiscard]] bool stops_at_instruction();
    void watch(OperandAccess const& operand);
    void watch(LinearAddress address, u32 size, bool writes);
    void retire();
    void after_model_writes();

    // machine_devices.cpp: between instructions, and registers of devices in memory.
    bool serve_devices();
    [[nodiscard]] bool can_wake() const;
    void take_interrupt();
    [[nodiscard]] bool is_device(PhysicalAddress address) const;
    [[nodiscard]] u64 read_physical(PhysicalAddress address, unsigned size);
    void write_physical(PhysicalAddress address, unsigned size, u64 value);
    struct DeviceAccess {
        PhysicalAddress address{};
        u32 size = 0; // within one page
        bool reads = false;
        bool writes = false;
    };
    [[nodiscard]] Result<std::vector<DeviceAccess>, Fault>
    device_accesses(Instruction const& instruction);
    EngineExit step_on_devices(std::vector<DeviceAccess> const& accesses);

    // machine_events.cpp: what the model decides.
    void execute_by_model(Instruction const& instruction);
    void retire_in_model(Execution const& execution);
    void deliver_software_interrupt(Instruction const& instruction, u8 vector, u64 next_ip);
    void deliver_fault(Fault const& fault);
    void deliver(seg::InterruptRequest request, u64 ip);
    struct Attempt {
        std::optional<Fault> fault{}; // what went wrong
        bool in_new_task = false;     // after a task switch was committed
    };
    [[nodiscard]] Attempt try_delivery(seg::InterruptRequest const& request, u64 ip);
    [[nodiscard]] Attempt deliver_by_task(seg::InterruptDelivery const& record, u64 ip);
    [[nodiscard]] bool take_debug_trap();
    void raise_debug(u64 conditions);
    void tell_fault(Fault const& fault);
    void finish(RunEnd end);
    void finish_halted();
    void flush_printed();

    // machine_memory.cpp: translation.
    [[nodiscard]] Result<PhysicalAddress, Fault> translate(mmu::Access const& access);
    void drop_hidden(std::vector<mmu::TlbEntry> const& entries);
    [[nodiscard]] u64 linear_mask() const;
    [[nodiscard]] Result<LinearAddress, Fault> place(LinearAddress address, u64 byte,
                                                     Privilege privilege) const;
    MissAnswer on_miss(LinearAddress address, mmu::AccessType access, u64 ip) override;
    bool on_fetch_ahead(LinearAddress address) override;
    [[nodiscard]] bool holds_instruction(PhysicalAddress frame, u64 ip) const;
    [[nodiscard]] std::optional<PhysicalAddress> frame_of_code(u64 ip) const;
    MissAnswer on_device_miss(LinearAddress page, PhysicalAddress frame, mmu::AccessType access);
    [[nodiscard]] bool is_step_only(PhysicalAddress frame) const;
    void mark_step_only(u64 ip);
    [[nodiscard]] Result<u64, Fault> read(LinearAddress address, unsigned size,
                                          Privilege privilege) override;
    [[nodiscard]] Result<Done, Fault> probe_write(LinearAddress address, unsigned size,
                                                  Privilege privilege) override;
    void write(LinearAddress address, unsigned size, u64 value, Privilege privilege) override;

    // Environment.
    void tell(trace::Body body) override;
    void enter(Cpu const& now) override;
    [[nodiscard]] LinearMemory& memory() override { return *this; }
    [[nodiscard]] PhysicalMemory const& physical() const override { return ram_; }
    void flush_tlb(TlbFlush which, Cpu const& after) override;
    void select_pcid(Cpu const& after) override;
    void invalidate_page(LinearAddress address, Cpu const& after) override;
    void invalidate_pcid(Invalidation which, u16 pcid, LinearAddress address) override;
    void translation_rules_changed() override;
    [[nodiscard]] u32 read_port(u16 port, unsigned size) override;
    void write_port(u16 port, unsigned size, u32 value, Cpu const& registers) override;
    [[nodiscard]] u64 retired_instructions() const override { return insns_; }
    void hear_tracepoint(Cpu const& registers);
    void drop_user_translations();

    MachineConfig config_;
    Ram ram_;
    Cpu cpu_;
    mmu::Mmu mmu_;
    Board board_;
    Engine engine_;
    trace::EventSink* sink_ = nullptr;

    u64 ticks_ = 0;
    u64 insns_ = 0;
    u64 slept_ = 0;
    u64 pauses_ = 0;
    u32 pid_ = 0;
    std::optional<RunEnd> end_;
    std::optional<RunEnd> power_off_; // written by the instruction that executes now
    std::string panic_text_;

    Stop stop_; // where `run_until_*` ends
    // While the engine runs.
    bool in_engine_ = false;
    bool is_stepping_ = false;
    bool repeats_freely_ = false; // one repeated instruction, whose segments have been asked
    u64 engine_ip_ = 0;           // of the instruction whose access missed
    bool elements_done_ = false;  // in this tick, of the repeated instruction at hand
    std::optional<Fault> pending_fault_;
    u64 watched_ = 0;             // breakpoints that the instruction at hand has met: bits of DR6
    bool writes_nowhere_ = false; // the instruction stores where no RAM is
    std::vector<PhysicalAddress> granted_for_one_step_; // frames whose mappings go after the step
    std::vector<LinearAddress> pages_for_one_step_;     // likewise, single mappings
    std::array<FreePages, 2> kept_pages_; // by privilege class: the engine has no others
    bool reaches_device_ = false;         // the step was left because a device must be asked
    bool shows_devices_ = false;          // what devices say is on their pages
    // Frames, at one version of their code, that only single steps may execute: they hold an
    // instruction that the engine cannot translate.
    std::unordered_map<u64, u32> step_only_;
};

} // namespace ringside
