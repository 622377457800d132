// CPUID, RDTSC and what else a program may ask about the processor and its time. Time is the number
// of retired instructions, so that a run is a function of its inputs.
#include "core/instructions/execution.hpp"
#include "core/instructions/rules.hpp"

namespace ringside {

namespace {

struct CpuidLeaf {
    u32 eax = 0, ebx = 0, ecx = 0, edx = 0;
};

// "Ringside x86" in EBX, EDX, ECX.
constexpr u32 word(char const* text) {
    return static_cast<u32>(text[0]) | static_cast<u32>(text[1]) << 8U |
           static_cast<u32>(text[2]) << 16U | static_cast<u32>(text[3]) << 24U;
}

namespace leaf1 {
constexpr u32 FPU = 1U << 0U, DE = 1U << 2U, PSE = 1U << 3U, TSC = 1U << 4U, MSR = 1U << 5U,
              PAE = 1U << 6U, CX8 = 1U << 8U, SEP = 1U << 11U, PGE = 1U << 13U, CMOV = 1U << 15U,
              PAT = 1U << 16U, FXSR = 1U << 24U, SSE = 1U << 25U, SSE2 = 1U << 26U; // in EDX
constexpr u32 PCID = 1U << 17U;                                                     // in ECX
} // namespace leaf1

CpuidLeaf leaf(u32 number, Cpu const& cpu) {
    switch (number) {
    case 0:
        return {.eax = 7, .ebx = word("Ring"), .ecx = word(" x86"), .edx = word("side")};
    case 1:
        return {.eax = processor_signature,
                .ecx = leaf1::PCID,
                .edx = leaf1::FPU | leaf1::DE | leaf1::PSE | leaf1::TSC | leaf1::MSR | leaf1::PAE |
                       leaf1::CX8 | leaf1::SEP | leaf1::PGE | leaf1::CMOV | leaf1::PAT |
                       leaf1::FXSR | leaf1::SSE | leaf1::SSE2};
    case 7:
        return {.ebx = 1U << 7U | 1U << 10U | 1U << 20U}; // SMEP, INVPCID, SMAP
    case 0x80000000:
        return {.eax = 0x80000008};
    case 0x80000001: { // SYSCALL in 64-bit code alone, execute disable, 1-GiB pages, long mode
        bool const is_64bit = cpu.segments.mode(cpu.rflags) == seg::Mode::Long64;
        return {.edx = (is_64bit ? 1U << 11U : 0U) | 1U << 20U | 1U << 26U | 1U << 29U};
    }
    case 0x80000008:
        return {.eax = 48U << 8U | u32{cpu.physical_address_bits}}; // linear and physical address
    default:
        return {};
    }
}

void identify(Execution& execution) {
    CpuidLeaf const answer = leaf(static_cast<u32>(execution.before[Gpr::RAX]), execution.before);
    execution.cpu[Gpr::RAX] = answer.eax;
    execution.cpu[Gpr::RBX] = answer.ebx;
    execution.cpu[Gpr::RCX] = answer.ecx;
    execution.cpu[Gpr::RDX] = answer.edx;
}

Outcome read_time(Execution& execution) {
    if ((execution.before.cr4 & cr4::TSD) != 0) {
        if (auto const fault = not_privileged(execution)) {
            return *fault;
        }
    }
    u64 const time = execution.environment.retired_instructions() + execution.before.tsc_offset;
    execution.cpu[Gpr::RAX] = time & 0xffffffff;
    execution.cpu[Gpr::RDX] = time >> 32U;
    return Progress::Retired;
}

} // namespace

Outcome execute_identification_instruction(Execution& execution) {
    switch (execution.instruction.operation) {
    case Operation::Cpuid:
        identify(execution);
        return Progress::Retired;
    case Operation::Rdtsc:
        return read_time(execution);
    case Operation::Rdpmc: // a processor of family 6 has the instruction, ours has no counter
        return general_protection(rules::counter_exists);
    default:
        return undefined_opcode(rules::opcode_defined); // CPUID offers none of the others
    }
}

} // namespace ringside
