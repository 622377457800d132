#include "core/vectors/segmentation_world.hpp"

#include "core/host_error.hpp"
#include "core/vectors/harness.hpp"
#include "core/x86/control_registers.hpp"

namespace ringside::vectors {

namespace {

using namespace seg;

using namespace harness;

// The physical address of one byte, or the #PF of 32-bit paging.
Result<u64, Fault> translate(u64 linear, bool write, Privilege privilege) {
    bool const user = privilege == Privilege::User;
    bool const supervisor_page = linear < supervisor_end;
    if (supervisor_page && !user) {
        return linear;
    }
    LinearAddress const address{linear};
    if (address.page().value() == user_stub) {
        return user_frame + address.page_offset();
    }
    u32 const error_code = (supervisor_page ? 1U : 0U) | (write ? 2U : 0U) | (user ? 4U : 0U);
    return Fault{.vector = ExceptionVector::PF, .error_code = error_code, .address = address};
}

u64 byte_address(LinearAddress first, unsigned index) {
    return (first.value() + index) & low_mask(32);
}

void refuse_unless(bool holds, VectorCase const& vector, char const* why) {
    if (!holds) {
        throw HostError{vector.where + ": " + why};
    }
}

void lay_tables(SegmentationMemory& memory) {
    for (u64 ring = 0; ring < 4; ++ring) {
        memory.set_word(PhysicalAddress{gdt + (code_selectors[ring] & 0xfff8U)},
                        flat_code | dpl(ring));
        memory.set_word(PhysicalAddress{gdt + (stack_selectors[ring] & 0xfff8U)},
                        flat_data | dpl(ring));
    }
    for (unsigned ring = 0; ring < 3; ++ring) { // ESP0 is at offset 4, SS0 at 8, ESP1 at 12, ...
        LinearAddress const pointer{tss + 4 + u64{ring} * 8};
        memory.write(pointer, 4, inner_stack_tops[ring], Privilege::Supervisor);
        memory.write(pointer + 4, 4, stack_selectors[ring], Privilege::Supervisor);
    }
}

SegmentRegister fixed_segment(SegmentationMemory const& memory, u16 selector) {
    PhysicalAddress const address{gdt + (selector & 0xfff8U)};
    return loaded_segment(Selector{selector}, SegmentDescriptor{memory.word(address)});
}

} // namespace

Result<u64, Fault> SegmentationMemory::read(LinearAddress address, unsigned size,
                                            Privilege privilege) {
    u64 value = 0;
    for (unsigned index = 0; index < size; ++index) {
        auto const byte = translate(byte_address(address, index), false, privilege);
        if (!byte) {
            return byte.error();
        }
        u64 const place = byte.value() & 7U;
        u64 const whole = word(PhysicalAddress{byte.value() - place});
        value |= ((whole >> (place * 8)) & 0xff) << (index * 8);
    }
    return value;
}

Result<Done, Fault> SegmentationMemory::probe_write(LinearAddress address, unsigned size,
                                                    Privilege privilege) {
    for (unsigned index = 0; index < size; ++index) {
        auto const byte = translate(byte_address(address, index), true, privilege);
        if (!byte) {
            return byte.error();
        }
    }
    return Done{};
}

void SegmentationMemory::write(LinearAddress address, unsigned size, u64 value,
                               Privilege privilege) {
    for (unsigned index = 0; index < size; ++index) {
        auto const byte = translate(byte_address(address, index), true, privilege);
        if (!byte) {
            return; // not after a probe that succeeded, and only then is a write committed
        }
        u64 const place = byte.value() & 7U;
        u64& whole = words_[byte.value() - place];
        whole &= ~(u64{0xff} << (place * 8));
        whole |= ((value >> (index * 8)) & 0xff) << (place * 8);
    }
}

u64 SegmentationMemory::word(PhysicalAddress address) const {
    auto const found = words_.find(address.value());
    return found == words_.end() ? 0 : found->second;
}

void SegmentationMemory::set_word(PhysicalAddress address, u64 value) {
    words_[address.value()] = value;
}

SegmentationWorld start_world(VectorCase const& vector) {
    constexpr u64 paged = cr0::PE | cr0::PG;
    refuse_unless((vector.cr0 & paged) == paged && vector.efer == 0, vector,
                  "segmentation cases run in 32-bit protected mode with paging");
    refuse_unless(vector.gdt_limit <= 0xffff, vector, "gdtlim is more than 16 bits");
    SegmentationWorld world;
    lay_tables(world.memory);
    for (MemoryWord const& word : vector.memory) {
        refuse_unless(word.address.value() % 8 == 0, vector, "mem has a word at no multiple of 8");
        world.memory.set_word(word.address, word.value);
    }
    SegmentState& state = world.state;
    state.protection = true;
    state.cpl = static_cast<Ring>(vector.cpl);
    state.gdtr = {.base = gdt, .limit = static_cast<u16>(vector.gdt_limit)};
    if (vector.ldt) {
        state.ldtr.base = vector.ldt->base;
        state.ldtr.limit = vector.ldt->limit;
        state.ldtr.usable = true;
    }
    state.tr.base = tss;
    state.tr.limit = tss_limit;
    state.tr.descriptor = SegmentDescriptor{busy_tss};
    state.tr.usable = true;
    state.registers.fill(fixed_segment(world.memory, data_selector));
    state[SegmentName::CS] = fixed_segment(world.memory, code_selectors[vector.cpl]);
    state[SegmentName::SS] = fixed_segment(world.memory, stack_selectors[vector.cpl]);
    world.control = ControlState{.cs = state[SegmentName::CS],
                                 .ss = state[SegmentName::SS],
                                 .ip = stubs[vector.cpl],
                                 .sp = stack_pointers[vector.cpl],
                                 .rflags = vector.eflags,
                                 .cpl = state.cpl};
    return world;
}

} // namespace ringside::vectors
