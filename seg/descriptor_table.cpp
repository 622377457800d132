#include "seg/descriptor_table.hpp"

namespace ringside::seg {

std::optional<LinearAddress> locate(SegmentState const& state, Selector selector, u32 size) {
    u32 const offset = selector.index() * 8U;
    bool const in_gdt = selector.table() == TableIndicator::GDT;
    if (!in_gdt && !state.ldtr.usable) {
        return std::nullopt; // no LDT: every descriptor is beyond its limit
    }
    u64 const limit = in_gdt ? state.gdtr.limit : state.ldtr.limit;
    if (u64{offset} + size - 1 > limit) {
        return std::nullopt;
    }
    return table_entry(state, in_gdt ? state.gdtr.base : state.ldtr.base, offset);
}

bool fetch_descriptor(Checker& check, SegmentState const& state, LinearMemory& memory,
                      Selector selector, ExceptionVector vector, FetchedDescriptor& into) {
    auto const address = locate(state, selector);
    if (!check.require(rules::table_limit, address.has_value(), vector, selector.error_code())) {
        return false;
    }
    into.selector = selector;
    into.address = *address;
    return check.take(memory.read(*address, 8, Privilege::ImplicitSupervisor), into.descriptor.raw);
}

bool fetch_upper_half(Checker& check, SegmentState const& state, LinearMemory& memory,
                      Rule const& type_rule, FetchedDescriptor& fetched) {
    using enum ExceptionVector;
    u32 const error_code = fetched.selector.error_code();
    bool const within_limit = locate(state, fetched.selector, 16).has_value();
    return check.require(rules::table_limit, within_limit, GP, error_code) &&
           check.take(memory.read(fetched.address + 8, 8, Privilege::ImplicitSupervisor),
                      fetched.upper) &&
           check.require(type_rule, bits<44, 40>(fetched.upper) == 0, GP, error_code);
}

bool mark_type(Checker& check, LinearMemory& memory, WriteList& writes,
               FetchedDescriptor const& fetched, u8 set) {
    // Bits 47:40 of the descriptor: P, DPL, S and the type.
    LinearAddress const type_byte = fetched.address + 5;
    if (!check.accept(memory.probe_write(type_byte, 1, Privilege::ImplicitSupervisor))) {
        return false;
    }
    writes.push_back(LinearWrite{.address = type_byte,
                                 .value = bits<47, 40>(fetched.descriptor.raw) | set,
                                 .size = 1,
                                 .privilege = Privilege::ImplicitSupervisor});
    return true;
}

} // namespace ringside::seg
