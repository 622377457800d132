#include "core/trace/names.hpp"

#include "kernel_stub/abi/ports.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ringside::trace {

namespace {

// The name at `index` of a table whose order is the enumeration's; "?" beyond its end.
template <std::size_t Count>
std::string_view at(std::array<std::string_view, Count> const& table, std::size_t index) {
    return index < Count ? table[index] : std::string_view{"?"};
}

} // namespace

std::string_view word(GateSource source) {
    static constexpr std::array<std::string_view, 3> names{"int", "exception", "irq"};
    return at(names, static_cast<std::size_t>(source));
}

std::string_view word(TlbOp op) {
    static constexpr std::array<std::string_view, 3> names{"fill", "flush", "invlpg"};
    return at(names, static_cast<std::size_t>(op));
}

std::string_view word(TaskCause cause) {
    static constexpr std::array<std::string_view, 4> names{"jmp", "call", "int", "iret"};
    return at(names, static_cast<std::size_t>(cause));
}

std::string_view word(mmu::PagingMode mode) {
    static constexpr std::array<std::string_view, 4> names{"none", "p32", "pae", "p64"};
    return at(names, static_cast<std::size_t>(mode));
}

std::string_view word(mmu::PagingLevel level) {
    static constexpr std::array<std::string_view, 5> names{"?", "pt", "pd", "pdpt", "pml4"};
    return at(names, static_cast<std::size_t>(level));
}

std::string_view word(mmu::WalkVerdict verdict) {
    static constexpr std::array<std::string_view, 9> names{
        "descend",         "leaf",       "not_present", "reserved_bit", "write_protected",
        "supervisor_only", "no_execute", "smep",        "smap"};
    return at(names, static_cast<std::size_t>(verdict));
}

std::string_view verdict_text(mmu::WalkVerdict verdict) {
    switch (verdict) {
        using enum mmu::WalkVerdict;
    case Descend:
    case Leaf:
        return "allows it";
    case NotPresent:
        return "is not present";
    case ReservedBit:
        return "has a reserved bit set";
    case WriteProtected:
        return "ends a path that may not be written";
    case SupervisorOnly:
        return "ends a path that is the supervisor's only";
    case NoExecute:
        return "ends a path that may not be executed";
    case SMEP:
        return "is a user page, which SMEP keeps the supervisor from executing";
    case SMAP:
        return "is a user page, which SMAP keeps the supervisor from touching";
    }
    return "?";
}

char letter(mmu::AccessType type) {
    switch (type) {
        using enum mmu::AccessType;
    case Read:
        return 'r';
    case Write:
        return 'w';
    case Fetch:
        return 'x';
    }
    return 'r';
}

std::string_view copy_word(u32 dir) {
    static constexpr std::array<std::string_view, 6> names{"from_user", "to_user", "strncpy",
                                                           "get",       "put",     "clear"};
    return at(names, dir);
}

std::string_view fault_in_word(u32 how) {
    static constexpr std::array<std::string_view, 9> names{
        "zero", "anon", "cow", "reuse", "file", "swap", "stack", "driver", "spurious"};
    return at(names, how);
}

std::string_view vma_word(u32 op) {
    static constexpr std::array<std::string_view, 6> names{"map",   "unmap",   "split",
                                                           "merge", "protect", "grow"};
    return at(names, op);
}

std::string hex(u64 value) {
    std::array<char, 18> buffer{'0', 'x'};
    char* const end =
        std::to_chars(buffer.data() + 2, buffer.data() + buffer.size(), value, 16).ptr;
    return {buffer.data(), end};
}

std::string hex_signed(i64 value) {
    u64 const bits = static_cast<u64>(value);
    return value < 0 ? "-" + hex(~bits + 1) : hex(bits);
}

std::string hex_bytes(std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        result += digits[byte >> 4U];
        result += digits[byte & 0xfU];
    }
    return result;
}

std::string_view register_name(SegLoad const& load) {
    if (load.ldtr) {
        return "ldtr";
    }
    return load.tr ? "tr" : seg::to_string(load.reg);
}

std::span<std::string_view const> kinds() {
    static constexpr std::array<std::string_view, 36> names{
        "task_switch", "seg_load",  "seg_fault", "gate",    "iret",        "syscall_insn",
        "sysret",      "far",       "walk",      "tlb",     "page_fault",  "exception",
        "cr_write",    "msr_write", "debug_hit", "syscall", "syscall_ret", "access_ok",
        "copy",        "softwalk",  "kmap",      "fixup",   "fault_in",    "swap_out",
        "vma",         "page_ref",  "signal",    "sched",   "irq",         "dma",
        "console",     "oops",      "panic",     "lint",    "process",     "shutdown"};
    return names;
}

bool is_kind(std::string_view name) {
    return std::ranges::find(kinds(), name) != kinds().end();
}

bool failed(Walk const& walk) {
    return !walk.walk->outcome;
}

std::string line_text(u32 line) {
    std::string const text = "line " + std::to_string(line);
    switch (line) {
    case IRQ_TIMER:
        return text + " (the timer)";
    case IRQ_DMA0:
        return text + " (dma0)";
    default:
        return text;
    }
}

std::string signal_name(u32 number) {
    static constexpr std::array<std::string_view, 32> names{
        "",     "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
        "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
        "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS"};
    if (number == 0 || number >= names.size()) {
        return "signal " + std::to_string(number);
    }
    return "SIG" + std::string{names[number]};
}

} // namespace ringside::trace
