#include "core/unicorn/posture.hpp"

namespace ringside::unicorn {

namespace {

constexpr u64 hidden_cr0 = 0x80010033; // PG WP NE ET MP PE
constexpr u64 hidden_cr4 = 0x620;      // PAE OSFXSR OSXMMEXCPT
constexpr u64 hidden_efer = 0xd00;     // LME LMA NXE

// The high half of a descriptor, as the core likes them: present, DPL 3, accessed. Limits and types
// are the model's business.
constexpr u32 code_flags = 0x00009b00U | 3U << 13U;
constexpr u32 data_flags = 0x00009300U | 3U << 13U;
constexpr u32 long_flag = 1U << 21U;
constexpr u32 big_flag = 1U << 22U;
constexpr u32 granular_flag = 1U << 23U;

using seg::SegmentName;

SegmentCache dressed(seg::SegmentRegister const& segment, bool is_code, CodeSize size, bool big) {
    u32 flags = is_code ? code_flags : data_flags;
    if (size == CodeSize::Bits64) {
        flags |= granular_flag | (is_code ? long_flag : 0U);
    } else if (big) {
        flags |= granular_flag | big_flag;
    }
    return {.selector = segment.selector.raw,
            .padding = 0,
            .base = segment.base,
            .limit = 0xffffffff,
            .flags = flags};
}

u32 hflags_of(Cpu const& cpu, CodeSize size, bool big_stack) {
    u32 flags = hflag::PE | hflag::LMA;
    flags |= class_of(cpu) == PrivilegeClass::User ? 3U : 1U;
    flags |= (cpu.cr4 & cr4::OSFXSR) != 0 ? hflag::OSFXSR : 0U;
    flags |= (cpu.cr0 & cr0::MP) != 0 ? hflag::MP : 0U;
    flags |= (cpu.cr0 & cr0::EM) != 0 ? hflag::EM : 0U;
    flags |= (cpu.cr0 & cr0::TS) != 0 ? hflag::TS : 0U;
    if (size == CodeSize::Bits64) {
        return flags | hflag::CS64 | hflag::CS32 | hflag::SS32;
    }
    seg::SegmentState const& segments = cpu.segments;
    u64 const bases = segments[SegmentName::DS].base | segments[SegmentName::ES].base |
                      segments[SegmentName::SS].base;
    flags |= size == CodeSize::Bits32 ? hflag::CS32 : 0U;
    flags |= big_stack ? hflag::SS32 : 0U;
    flags |= size == CodeSize::Bits16 || bases != 0 ? hflag::ADDSEG : 0U;
    return flags;
}

} // namespace

PrivilegeClass class_of(Cpu const& cpu) {
    return cpu.cpl() == Ring::R3 ? PrivilegeClass::User : PrivilegeClass::Supervisor;
}

CodeSize code_size_of(Cpu const& cpu) {
    switch (cpu.segments.mode(cpu.rflags)) {
    case seg::Mode::Virtual8086:
        return CodeSize::Bits16;
    case seg::Mode::Long64:
        return CodeSize::Bits64;
    case seg::Mode::Real: // what protected mode left in CS stays until CS is loaded there again
    case seg::Mode::Protected:
    case seg::Mode::Compatibility:
        break;
    }
    return cpu.segments[SegmentName::CS].descriptor.default_big() ? CodeSize::Bits32
                                                                  : CodeSize::Bits16;
}

void dress_once(Context& context) {
    context.save();
    CoreState& core = context.core();
    core.cr[0] = hidden_cr0;
    core.cr[4] = hidden_cr4;
    core.gdt.limit = core.idt.limit = core.ldt.limit = core.tr.limit = 0;
    core.ldt.flags = core.tr.flags = 0;
    context.set_efer(hidden_efer);
    context.clear_exception();
}

void dress(Context& context, Cpu const& cpu, u64 hidden_root) {
    CoreState& core = context.core();
    CodeSize const size = code_size_of(cpu);
    bool const big_stack = cpu.segments[SegmentName::SS].descriptor.default_big();
    core.gpr = cpu.gpr;
    core.rip = cpu.rip;
    // At the start of a run the core takes all flags from here.
    core.rflags = rflags::Fixed1 | (cpu.rflags & engine_flags);
    for (std::size_t i = 0; i < core.segments.size(); ++i) {
        bool const is_code = i == static_cast<std::size_t>(SegmentName::CS);
        bool const big =
            i == static_cast<std::size_t>(SegmentName::SS) ? big_stack : size == CodeSize::Bits32;
        core.segments[i] = dressed(cpu.segments.registers[i], is_code, size, big);
        if (size == CodeSize::Bits64 && i < static_cast<std::size_t>(SegmentName::FS)) {
            core.segments[i].base = 0; // whatever was loaded (SDM volume 3, section 3.4.4)
        }
    }
    core.hflags = hflags_of(cpu, size, big_stack);
    core.cr[3] = hidden_root;
}

} // namespace ringside::unicorn
