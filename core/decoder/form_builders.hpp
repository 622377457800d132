#pragma once
// Short names in which the opcode tables are written. Private to this room.
#include "core/decoder/opcode_tables.hpp"

namespace ringside::opcode {

using enum Immediate;

constexpr Form plain(Immediate immediate = Immediate::None, u16 traits = 0) {
    return {.operation = Operation::Innocent, .immediate = immediate, .traits = traits};
}
constexpr Form system(Operation operation, u16 traits = 0) {
    return {.operation = operation, .traits = traits};
}
constexpr Form memory(Access access, Width width, Immediate immediate = Immediate::None,
                      u16 traits = 0) {
    return {.operation = Operation::Innocent,
            .immediate = immediate,
            .width = width,
            .access = access,
            .traits = static_cast<u16>(traits | trait::ModRM)};
}
constexpr Form reads(Width width, Immediate immediate = Immediate::None, u16 traits = 0) {
    return memory(Access::Read, width, immediate, traits);
}
constexpr Form writes(Width width, Immediate immediate = Immediate::None, u16 traits = 0) {
    return memory(Access::Write, width, immediate, traits);
}
// Read-modify-write; `locked` is the form that also takes LOCK.
constexpr Form updates(Width width, Immediate immediate = Immediate::None, u16 traits = 0) {
    return memory(Access::ReadWrite, width, immediate, traits);
}
constexpr Form locked(Width width, Immediate immediate = Immediate::None, u16 traits = 0) {
    return updates(width, immediate, static_cast<u16>(traits | trait::Lockable));
}
constexpr Form names(u16 traits = 0) { // names memory, moves nothing: LEA, NOP, PREFETCH
    return memory(Access::None, Width::None, Immediate::None, traits);
}
constexpr Form grouped(Group group) {
    return {.operation = Operation::Innocent, .group = group, .traits = trait::ModRM};
}
constexpr Form undefined(u16 traits = 0) {
    return {.operation = Operation::Undefined, .traits = traits};
}
constexpr Form as(Operation operation, Form form) {
    form.operation = operation;
    return form;
}
constexpr Form going(Flow flow, Form form) {
    form.flow = flow;
    return form;
}
constexpr Form also(u16 traits, Form form) {
    form.traits = static_cast<u16>(form.traits | traits);
    return form;
}

template <class Table>
constexpr void fill(Table& table, unsigned first, unsigned last, Form form) {
    for (unsigned index = first; index <= last; ++index) {
        table[index] = form;
    }
}

} // namespace ringside::opcode
