#pragma once
// One instruction executed by the model. It works on a copy of the registers; a fault leaves the
// machine as it was.
#include "core/decoder/instruction.hpp"
#include "core/instructions/environment.hpp"
#include "core/x86/result.hpp"
#include "seg/segment_access.hpp"

#include <optional>

namespace ringside {

class Execution {
public:
    Execution(Instruction const& instruction, Cpu const& before, Environment& environment);

    Instruction const& instruction;
    Cpu const& before;
    Cpu cpu; // after; the instruction pointer is already the next one
    Environment& environment;
    bool keeps_resume_flag = false;     // RF after it is the one in `cpu`; else it is cleared
    std::optional<Fault> fault_after{}; // of the task that was switched to: it retired before

    // Operands. Sizes are bytes; register writes of 4 bytes clear the upper half, as the manual has
    // it.
    [[nodiscard]] u64 gpr(unsigned number, unsigned size) const;
    // The eight registers of a byte operand: without REX, 4 to 7 are AH, CH, DH, BH.
    [[nodiscard]] u64 byte_register(unsigned number) const;
    void set_gpr(unsigned number, unsigned size, u64 value);
    [[nodiscard]] u64 memory_offset() const; // of the explicit operand, in its segment
    [[nodiscard]] Result<u64, Fault> read(seg::SegmentName segment, u64 offset, unsigned size);
    [[nodiscard]] Result<Done, Fault> write(seg::SegmentName segment, u64 offset, unsigned size,
                                            u64 value);
    // ModRM's r/m: a register or the explicit memory operand.
    [[nodiscard]] Result<u64, Fault> read_rm(unsigned size);
    [[nodiscard]] Result<Done, Fault> write_rm(unsigned size, u64 value);

    [[nodiscard]] Result<Done, Fault> push(unsigned size, u64 value);
    [[nodiscard]] Result<u64, Fault> pop(unsigned size);

    [[nodiscard]] seg::SegmentName memory_segment() const {
        return static_cast<seg::SegmentName>(instruction.memory.segment);
    }
    [[nodiscard]] seg::Mode mode() const { return before.segments.mode(before.rflags); }
    [[nodiscard]] bool is_64bit() const { return mode() == seg::Mode::Long64; }
    [[nodiscard]] u8 cpl() const { return number(before.cpl()); }
    [[nodiscard]] Privilege privilege() const {
        return before.cpl() == Ring::R3 ? Privilege::User : Privilege::Supervisor;
    }
    [[nodiscard]] LinearMemory& memory() { return environment.memory(); }
    void set_flag(u64 flag, bool value) {
        cpu.rflags = value ? cpu.rflags | flag : cpu.rflags & ~flag;
    }

private:
    [[nodiscard]] Result<LinearAddress, Fault> linear(seg::SegmentName segment, u64 offset,
                                                      unsigned size, seg::SegmentAccessType type);
    [[nodiscard]] u64 stack_mask() const;
};

// What became of it. A repeated string instruction is one element at a time until it is Retired.
enum class Progress : u8 { Retired, Repeats };
using Outcome = Result<Progress, Fault>;

// Executes any instruction that is_sensitive(), and MOV from and PUSH of segment registers. In
// `execution.cpu` is the state after it, unless it faulted.
[[nodiscard]] Outcome execute(Execution& execution);

// Families, one file each.
[[nodiscard]] Outcome execute_segment_instruction(Execution& execution);
[[nodiscard]] Outcome execute_descriptor_table_instruction(Execution& execution);
[[nodiscard]] Outcome execute_control_register_instruction(Execution& execution);
[[nodiscard]] Outcome execute_debug_register_instruction(Execution& execution);
[[nodiscard]] Outcome execute_translation_instruction(Execution& execution);
[[nodiscard]] Outcome execute_model_specific_instruction(Execution& execution);
[[nodiscard]] Outcome execute_flag_instruction(Execution& execution);
[[nodiscard]] Outcome execute_port_instruction(Execution& execution);
[[nodiscard]] Outcome execute_far_transfer(Execution& execution);
[[nodiscard]] Outcome execute_fast_call(Execution& execution);
[[nodiscard]] Outcome execute_test_immediate(Execution& execution);
[[nodiscard]] Outcome execute_identification_instruction(Execution& execution);

// Faults that several families raise.
[[nodiscard]] Fault general_protection(Rule const& rule, u32 error_code = 0);
[[nodiscard]] Fault undefined_opcode(Rule const& rule);
// Nothing if the rule "CPL is 0" holds.
[[nodiscard]] std::optional<Fault> not_privileged(Execution const& execution);

} // namespace ringside
