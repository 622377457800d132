// TEST by its second encoding, which every processor has and the core does not.
#include "core/instructions/execution.hpp"
#include "core/x86/bits.hpp"

#include <bit>

namespace ringside {

// SF, ZF and PF by the result; CF and OF are cleared; AF is undefined, and stays.
Outcome execute_test_immediate(Execution& execution) {
    bool const is_byte = execution.instruction.opcode == 0xf6;
    unsigned const size = is_byte ? 1 : execution.instruction.operand_size;
    auto const operand = is_byte && execution.instruction.rm_is_register
                             ? Result<u64, Fault>{execution.byte_register(execution.instruction.rm)}
                             : execution.read_rm(size);
    if (!operand) {
        return operand.error();
    }
    using namespace rflags;
    u64 const result = operand.value() & execution.instruction.immediate & low_mask(8 * size);
    execution.set_flag(CF, false);
    execution.set_flag(OF, false);
    execution.set_flag(ZF, result == 0);
    execution.set_flag(SF, (result >> (8 * size - 1)) != 0);
    execution.set_flag(PF, std::popcount(result & 0xffU) % 2 == 0);
    return Progress::Retired;
}

} // namespace ringside
