#pragma once
// The machine: one processor, RAM, a few ports. The engine runs innocent instructions; everything
// architectural is decided by the models and committed here, one step at a time.
#include "core/cpu.hpp"
#include "core/devices/console.hpp"
#include "core/engine.hpp"
#include "core/instructions/environment.hpp"
#include "core/instructions/execution.hpp"
#include "core/machine_config.hpp"
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
    Console::State console;
    u64 ticks = 0;
    u64 insns = 0;
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
    // tick exactly: an instruction retired or an exception delivered.
    void run_until_tick(u64 tick);
    void run_until_insn(u64 insn);
    void step();

    [[nodiscard]] u64 ticks() const { return ticks_; }
    [[nodiscard]] u64 insns() const { return insns_; }
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
    [[nodiscard]] Result<Instruction, Fault> fetch();
    [[nodiscard]] Instruction decode_here(u64 ip) const;
    [[nodiscard]] bool segments_are_flat() const;
    [[nodiscard]] std::optional<Fault> check_operands(Instruction const& instruction);
    void retire();
    void after_model_writes();

    // machine_events.cpp: what the model decides.
    void execute_by_model(Instruction const& instruction);
    void deliver_software_interrupt(u8 vector, u64 next_ip);
    void deliver_fault(Fault const& fault);
    void deliver(seg::InterruptRequest request, u64 ip);
    [[nodiscard]] std::optional<Fault> try_delivery(seg::InterruptRequest const& request, u64 ip);
    void tell_fault(Fault const& fault);
    void finish(RunEnd end);
    void flush_printed();

    // machine_memory.cpp: translation.
    [[nodiscard]] Result<PhysicalAddress, Fault> translate(mmu::Access const& access);
    void drop_hidden(std::vector<mmu::TlbEntry> const& entries);
    [[nodiscard]] u64 linear_mask() const;
    MissAnswer on_miss(LinearAddress address, mmu::AccessType access, u64 ip) override;
    bool on_fetch_ahead(LinearAddress address) override;
    [[nodiscard]] bool holds_instruction(PhysicalAddress frame, u64 ip) const;
    [[nodiscard]] std::optional<PhysicalAddress> frame_of_code(u64 ip) const;
    [[nodiscard]] bool is_step_only(PhysicalAddress frame) const;
    void mark_step_only(u64 ip);
    [[nodiscard]] Result<u64, Fault> read(LinearAddress address, unsigned size,
                                          Privilege privilege) override;
    [[nodiscard]] Result<Done, Fault> probe_write(LinearAddress address, unsigned size,
                                                  Privilege privilege) override;
    void write(LinearAddress address, unsigned size, u64 value, Privilege privilege) override;

    // Environment.
    void tell(trace::Body body) override;
    [[nodiscard]] LinearMemory& memory() override { return *this; }
    [[nodiscard]] PhysicalMemory const& physical() const override { return ram_; }
    void flush_tlb(TlbFlush which, Cpu const& after) override;
    void invalidate_page(LinearAddress address, Cpu const& after) override;
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
    Console console_;
    Engine engine_;
    trace::EventSink* sink_ = nullptr;

    u64 ticks_ = 0;
    u64 insns_ = 0;
    u32 pid_ = 0;
    std::optional<RunEnd> end_;
    std::optional<RunEnd> power_off_; // written by the instruction that executes now
    std::string panic_text_;

    Stop stop_; // where `run_until_*` ends
    // While the engine runs.
    bool in_engine_ = false;
    bool is_stepping_ = false;
    u64 engine_ip_ = 0; // of the instruction whose access missed
    std::optional<Fault> pending_fault_;
    bool writes_nowhere_ = false;                       // the instruction stores where no memory is
    std::vector<PhysicalAddress> granted_for_one_step_; // frames whose mappings go after the step
    // Frames, at one version of their code, that only single steps may execute: they hold an
    // instruction that the engine cannot translate.
    std::unordered_map<u64, u32> step_only_;
};

} // namespace ringside
