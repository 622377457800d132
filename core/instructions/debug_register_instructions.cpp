// MOV to and from DR0..DR7 (SDM volume 3, section 18.2).
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "core/x86/bits.hpp"
#include "core/x86/debug_registers.hpp"

namespace ringside {

Outcome execute_debug_register_instruction(Execution& execution) {
    Instruction const& instruction = execution.instruction;
    unsigned number = instruction.reg;
    if (number > 7) {
        return undefined_opcode(rules::opcode_defined);
    }
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    if (number == 4 || number == 5) {
        if ((execution.before.cr4 & cr4::DE) != 0) {
            return undefined_opcode(rules::debug_register_exists);
        }
        number += 2;
    }
    if ((execution.before.dr[7] & dr7::GD) != 0) {
        return Fault{.vector = ExceptionVector::DB};
    }
    unsigned const size = execution.is_64bit() ? 8 : 4;
    if (instruction.operation == Operation::MovFromDr) {
        execution.set_gpr(instruction.rm, size, execution.before.dr[number]);
        return Progress::Retired;
    }
    u64 value = execution.gpr(instruction.rm, size);
    if (number >= 6 && bits<63, 32>(value) != 0) {
        return general_protection(rules::debug_upper_clear);
    }
    if (number == 6) {
        value = (value & dr6::Writable) | dr6::Fixed1;
    } else if (number == 7) {
        value = (value & dr7::Writable) | dr7::Fixed1;
    }
    execution.cpu.dr[number] = value;
    return Progress::Retired;
}

} // namespace ringside
