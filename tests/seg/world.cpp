#include "tests/seg/world.hpp"

#include "core/x86/rflags.hpp"

#include <array>
#include <charconv>

namespace ringside::seg::test {

namespace {

Fault page_fault(u64 linear, bool is_present, bool write, Privilege privilege) {
    u32 const error_code =
        (is_present ? 1U : 0U) | (write ? 2U : 0U) | (privilege == Privilege::User ? 4U : 0U);
    return Fault{
        .vector = ExceptionVector::PF, .error_code = error_code, .address = LinearAddress{linear}};
}

} // namespace

Result<u64, Fault> FlatMemory::read(LinearAddress address, unsigned size, Privilege privilege) {
    for (unsigned index = 0; index < size; ++index) {
        u64 const linear = address.value() + index;
        if (linear >= bytes_.size() || absent_.contains(linear >> 12U)) {
            return page_fault(linear, false, false, privilege);
        }
    }
    return get(address.value(), size);
}

Result<Done, Fault> FlatMemory::probe_write(LinearAddress address, unsigned size,
                                            Privilege privilege) {
    for (unsigned index = 0; index < size; ++index) {
        u64 const linear = address.value() + index;
        if (linear >= bytes_.size() || absent_.contains(linear >> 12U)) {
            return page_fault(linear, false, true, privilege);
        }
        if (read_only_.contains(linear >> 12U)) {
            return page_fault(linear, true, true, privilege);
        }
    }
    return Done{};
}

void FlatMemory::write(LinearAddress address, unsigned size, u64 value, Privilege /*privilege*/) {
    put(address.value(), size, value);
}

u64 FlatMemory::get(u64 address, unsigned size) const {
    u64 value = 0;
    for (unsigned index = 0; index < size; ++index) {
        value |= u64{bytes_.at(address + index)} << (index * 8);
    }
    return value;
}

void FlatMemory::put(u64 address, unsigned size, u64 value) {
    for (unsigned index = 0; index < size; ++index) {
        bytes_.at(address + index) = static_cast<u8>(value >> (index * 8));
    }
}

World::World(Ring cpl) {
    state.protection = true;
    state.gdtr = {.base = gdt_base, .limit = 0xfff};
    state.idtr = {.base = idt_base, .limit = 0x7ff};
    for (Ring const ring : {Ring::R0, Ring::R1, Ring::R2, Ring::R3}) {
        put(code_of(ring), flat(with_dpl(present | code_read | 1, ring)));
        put(data_of(ring), flat(with_dpl(present | data_write | 1, ring)));
        if (ring != Ring::R3) {
            put_stack(ring, data_of(ring), static_cast<u32>(stack_of(ring)));
        }
    }
    put(tss_selector, descriptor(tss_base, 0x67, present | 0x0b, 0));
    put(ldt_selector, descriptor(ldt_base, 0xff, present | 0x02, 0));
    state.tr = SegmentRegister{.selector = tss_selector,
                               .base = tss_base,
                               .limit = 0x67,
                               .descriptor = descriptor(tss_base, 0x67, present | 0x0b, 0),
                               .usable = true};
    state.ldtr = SegmentRegister{.selector = ldt_selector,
                                 .base = ldt_base,
                                 .limit = 0xff,
                                 .descriptor = descriptor(ldt_base, 0xff, present | 0x02, 0),
                                 .usable = true};
    u64 const data = memory.get(gdt_base + (data_of(Ring::R3).raw & 0xfff8U), 8);
    state.registers.fill(loaded_segment(data_of(Ring::R3), SegmentDescriptor{data}));
    control =
        ControlState{.cs = loaded_segment(code_of(cpl), flat(with_dpl(present | code_read, cpl))),
                     .ss = loaded_segment(data_of(cpl), flat(with_dpl(present | data_write, cpl))),
                     .ip = 0x7000,
                     .sp = stack_of(cpl) - 0x100,
                     .rflags = rflags::Fixed1 | rflags::IF,
                     .cpl = cpl};
    apply(control, state);
}

void World::put(Selector selector, u64 raw) {
    u64 const base = selector.table() == TableIndicator::GDT ? gdt_base : ldt_base;
    memory.put(base + selector.index() * 8U, 8, raw);
}

void World::put_gate(u8 vector, u64 low) {
    memory.put(idt_base + vector * 8U, 8, low);
}

void World::put_gate64(u8 vector, u64 low, u64 high) {
    memory.put(idt_base + vector * 16U, 8, low);
    memory.put(idt_base + vector * 16U + 8, 8, high);
}

void World::put_stack(Ring ring, Selector ss, u32 esp) {
    memory.put(tss_base + 4 + number(ring) * 8U, 4, esp);
    memory.put(tss_base + 8 + number(ring) * 8U, 4, ss.raw);
}

void World::push(u64 value, unsigned size) {
    control.sp -= size;
    memory.put(control.sp, size, value);
}

void World::enter_long_mode() {
    state.long_mode_active = true;
    state.idtr.limit = 0xfff;
    for (Ring const ring : {Ring::R0, Ring::R3}) {
        put(code_of(ring), flat(with_dpl(present | code_read | 1, ring), granular | long_code));
    }
    Ring const cpl = control.cpl;
    control.cs = loaded_segment(code_of(cpl),
                                flat(with_dpl(present | code_read, cpl), granular | long_code));
    apply(control, state);
    for (Ring const ring : {Ring::R0, Ring::R1, Ring::R2}) {
        memory.put(tss_base + 4 + number(ring) * 8U, 8, stack_of(ring));
    }
    for (unsigned ist = 1; ist <= 7; ++ist) {
        memory.put(tss_base + 0x1c + ist * 8U, 8, 0xc000 + ist * 0x100 + 7); // not aligned
    }
}

u64 World::top(unsigned item, unsigned size, ControlState const& at) const {
    return memory.get(at.sp + u64{item} * size, size);
}

std::string describe(Fault const& fault) {
    std::array<char, 16> digits{};
    char* const end =
        std::to_chars(digits.data(), digits.data() + digits.size(), fault.error_code, 16).ptr;
    std::string text{mnemonic(fault.vector)};
    text.append("(0x").append(digits.data(), end).append(")");
    if (fault.rule != nullptr) {
        text.append(" ").append(fault.rule->id);
    }
    return text;
}

} // namespace ringside::seg::test
