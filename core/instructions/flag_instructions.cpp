// PUSHF, POPF, CLI, STI, STAC, CLAC, HLT.
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"

namespace ringside {

namespace {

using namespace rflags;

unsigned flags_size(Execution const& execution) {
    unsigned const size = execution.instruction.operand_size;
    return execution.is_64bit() && size != 2 ? 8 : size;
}

bool lacks_iopl(Execution const& execution) {
    return execution.cpl() > iopl(execution.before.rflags);
}

bool in_virtual8086(Execution const& execution) {
    return execution.mode() == seg::Mode::Virtual8086;
}

Outcome push_flags(Execution& execution) {
    if (in_virtual8086(execution) && iopl(execution.before.rflags) < 3) {
        return general_protection(rules::interrupt_flag_privilege);
    }
    u64 const image = execution.before.rflags & ~(VM | RF);
    auto const done = execution.push(flags_size(execution), image);
    return done ? Outcome{Progress::Retired} : Outcome{done.error()};
}

// SDM volume 2, "POPF": what may change depends on CPL and IOPL; nothing faults but in virtual-8086
// mode.
Outcome pop_flags(Execution& execution) {
    if (in_virtual8086(execution) && iopl(execution.before.rflags) < 3) {
        return general_protection(rules::interrupt_flag_privilege);
    }
    unsigned const size = flags_size(execution);
    auto const image = execution.pop(size);
    if (!image) {
        return image.error();
    }
    u64 writable = CF | PF | AF | ZF | SF | TF | DF | OF | NT;
    writable |= size > 2 ? AC | ID : 0;
    writable |= lacks_iopl(execution) ? 0 : IF;
    writable |= execution.cpl() == 0 ? IOPL : 0;
    u64 const kept = execution.before.rflags & ~(writable | RF);
    u64 const after = kept | (image.value() & writable) | Fixed1;
    bool const changes_ac = ((after ^ execution.before.rflags) & AC) != 0;
    execution.cpu.rflags = after;
    if (changes_ac) {
        execution.environment.translation_rules_changed();
    }
    return Progress::Retired;
}

Outcome write_interrupt_flag(Execution& execution, bool value) {
    bool const is_real = execution.mode() == seg::Mode::Real;
    if (!is_real && lacks_iopl(execution)) {
        return general_protection(rules::interrupt_flag_privilege);
    }
    execution.cpu.interrupt_shadow = value && (execution.before.rflags & IF) == 0;
    execution.set_flag(IF, value);
    return Progress::Retired;
}

Outcome write_alignment_flag(Execution& execution, bool value) {
    if (execution.cpl() != 0 || (execution.before.cr4 & cr4::SMAP) == 0) {
        return undefined_opcode(rules::opcode_defined);
    }
    execution.set_flag(AC, value);
    execution.environment.translation_rules_changed();
    return Progress::Retired;
}

} // namespace

Outcome execute_flag_instruction(Execution& execution) {
    switch (execution.instruction.operation) {
    case Operation::Pushf:
        return push_flags(execution);
    case Operation::Popf:
        return pop_flags(execution);
    case Operation::Cli:
        return write_interrupt_flag(execution, false);
    case Operation::Sti:
        return write_interrupt_flag(execution, true);
    case Operation::Stac:
        return write_alignment_flag(execution, true);
    case Operation::Clac:
        return write_alignment_flag(execution, false);
    default:
        break;
    }
    if (auto const fault = not_privileged(execution)) {
        return *fault;
    }
    execution.cpu.halted = true;
    return Progress::Retired;
}

} // namespace ringside
