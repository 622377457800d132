// INVLPG, INVPCID, INVD, WBINVD.
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"
#include "core/x86/bits.hpp"
#include "seg/descriptor_table.hpp"

namespace ringside {

namespace {

// The descriptor in memory is the PCID, 52 reserved bits and a linear address.
Outcome invalidate_pcid(Execution& execution) {
    u64 const offset = execution.memory_offset();
    auto const low = execution.read(execution.memory_segment(), offset, 8);
    if (!low) {
        return low.error();
    }
    auto const address = execution.read(execution.memory_segment(), offset + 8, 8);
    if (!address) {
        return address.error();
    }
    u64 const type = execution.gpr(execution.instruction.reg, execution.is_64bit() ? 8 : 4);
    if (type > 3) {
        return general_protection(rules::invpcid_type);
    }
    auto const which = static_cast<Invalidation>(type);
    bool const one_pcid = which == Invalidation::Address || which == Invalidation::Pcid;
    u64 const pcid = bits<11, 0>(low.value());
    bool const has_pcids = (execution.before.cr4 & cr4::PCIDE) != 0;
    bool const fits = (low.value() >> 12U) == 0 && (!one_pcid || has_pcids || pcid == 0) &&
                      (which != Invalidation::Address || seg::is_canonical(address.value()));
    if (!fits) {
        return general_protection(rules::invpcid_descriptor);
    }
    execution.environment.invalidate_pcid(which, static_cast<u16>(pcid),
                                          LinearAddress{address.value()});
    return Progress::Retired;
}

} // namespace

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
        return invalidate_pcid(execution);
    default:
        return Progress::Retired; // the machine has no data caches
    }
}

} // namespace ringside
