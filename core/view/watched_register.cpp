#include "core/view/watched_register.hpp"

#include <array>

namespace ringside::view {

namespace {

template <Gpr Name>
u64 low(Cpu const& cpu) {
    return cpu[Name] & 0xffff'ffffU;
}
template <Gpr Name>
u64 whole(Cpu const& cpu) {
    return cpu[Name];
}
template <seg::SegmentName Name>
u64 selector(Cpu const& cpu) {
    return cpu.segments[Name].selector.raw;
}

constexpr std::array registers{
    WatchedRegister{"eax", low<Gpr::RAX>, 4},
    WatchedRegister{"ecx", low<Gpr::RCX>, 4},
    WatchedRegister{"edx", low<Gpr::RDX>, 4},
    WatchedRegister{"ebx", low<Gpr::RBX>, 4},
    WatchedRegister{"esp", low<Gpr::RSP>, 4},
    WatchedRegister{"ebp", low<Gpr::RBP>, 4},
    WatchedRegister{"esi", low<Gpr::RSI>, 4},
    WatchedRegister{"edi", low<Gpr::RDI>, 4},
    WatchedRegister{"rax", whole<Gpr::RAX>, 8},
    WatchedRegister{"rcx", whole<Gpr::RCX>, 8},
    WatchedRegister{"rdx", whole<Gpr::RDX>, 8},
    WatchedRegister{"rbx", whole<Gpr::RBX>, 8},
    WatchedRegister{"rsp", whole<Gpr::RSP>, 8},
    WatchedRegister{"rbp", whole<Gpr::RBP>, 8},
    WatchedRegister{"rsi", whole<Gpr::RSI>, 8},
    WatchedRegister{"rdi", whole<Gpr::RDI>, 8},
    WatchedRegister{"r8", whole<Gpr::R8>, 8},
    WatchedRegister{"r9", whole<Gpr::R9>, 8},
    WatchedRegister{"r10", whole<Gpr::R10>, 8},
    WatchedRegister{"r11", whole<Gpr::R11>, 8},
    WatchedRegister{"r12", whole<Gpr::R12>, 8},
    WatchedRegister{"r13", whole<Gpr::R13>, 8},
    WatchedRegister{"r14", whole<Gpr::R14>, 8},
    WatchedRegister{"r15", whole<Gpr::R15>, 8},
    WatchedRegister{"eip", [](Cpu const& cpu) { return cpu.rip & 0xffff'ffffU; }, 4},
    WatchedRegister{"rip", [](Cpu const& cpu) { return cpu.rip; }, 8},
    WatchedRegister{"eflags", [](Cpu const& cpu) { return cpu.rflags; }, 4},
    WatchedRegister{"cs", selector<seg::SegmentName::CS>, 2},
    WatchedRegister{"ss", selector<seg::SegmentName::SS>, 2},
    WatchedRegister{"ds", selector<seg::SegmentName::DS>, 2},
    WatchedRegister{"es", selector<seg::SegmentName::ES>, 2},
    WatchedRegister{"fs", selector<seg::SegmentName::FS>, 2},
    WatchedRegister{"gs", selector<seg::SegmentName::GS>, 2},
    WatchedRegister{"cr0", [](Cpu const& cpu) { return cpu.cr0; }, 4},
    WatchedRegister{"cr2", [](Cpu const& cpu) { return cpu.cr2; }, 4},
    WatchedRegister{"cr3", [](Cpu const& cpu) { return cpu.cr3; }, 4},
    WatchedRegister{"cr4", [](Cpu const& cpu) { return cpu.cr4; }, 4},
    WatchedRegister{"cpl", [](Cpu const& cpu) { return u64{number(cpu.cpl())}; }, 1},
};

} // namespace

std::optional<std::size_t> find_register(std::string_view name) {
    for (std::size_t at = 0; at < registers.size(); ++at) {
        if (registers[at].name == name) {
            return at;
        }
    }
    return std::nullopt;
}

WatchedRegister const& watched_register(std::size_t number) {
    return registers[number];
}

} // namespace ringside::view
