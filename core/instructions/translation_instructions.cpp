// INVLPG, INVPCID, INVD, WBINVD.
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "core/x86/bits.hpp"

namespace ringside {

Outcome execute_translation_instruction(Execution& execution) {
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    switch (execution.instruction.operation) {
    case Operation::Invlpg: {
        // The operand is never accessed: no limit, type or rights are asked.
        u64 const base = execution.before.segments[execution.memory_segment()].base;
        u64 const linear = base + execution.memory_offset();
        execution.environment.invalidate_page(
            LinearAddress{execution.is_64bit() ? linear : linear & low_mask(32)}, execution.cpu);
        return Progress::Retired;
    }
    case Operation::Invpcid:
        return undefined_opcode(rules::opcode_defined); // CPUID does not offer it
    default:
        return Progress::Retired; // the machine has no data caches
    }
}

} // namespace ringside
