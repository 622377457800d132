#include "core/trace/argument_words.hpp"

#include "core/trace/names.hpp"
#include "kernel_stub/abi/fcntl.h"
#include "kernel_stub/abi/lab.h"
#include "kernel_stub/abi/mman.h"
#include "kernel_stub/abi/user.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <span>
#include <string_view>

namespace ringside::trace {

namespace {

struct Word {
    u64 value;
    std::string_view name;
};

#define RINGSIDE_WORD(name)                                                                        \
    Word {                                                                                         \
        name, #name                                                                                \
    }
constexpr Word rights[] = {RINGSIDE_WORD(PROT_READ),      RINGSIDE_WORD(PROT_WRITE),
                           RINGSIDE_WORD(PROT_EXEC),      RINGSIDE_WORD(PROT_SEM),
                           RINGSIDE_WORD(PROT_GROWSDOWN), RINGSIDE_WORD(PROT_GROWSUP)};
constexpr Word mappings[] = {RINGSIDE_WORD(MAP_SHARED),    RINGSIDE_WORD(MAP_PRIVATE),
                             RINGSIDE_WORD(MAP_FIXED),     RINGSIDE_WORD(MAP_ANONYMOUS),
                             RINGSIDE_WORD(MAP_GROWSDOWN), RINGSIDE_WORD(MAP_FIXED_NOREPLACE)};
constexpr Word moves[] = {RINGSIDE_WORD(MREMAP_MAYMOVE), RINGSIDE_WORD(MREMAP_FIXED)};
constexpr Word syncs[] = {RINGSIDE_WORD(MS_ASYNC), RINGSIDE_WORD(MS_INVALIDATE),
                          RINGSIDE_WORD(MS_SYNC)};
// wait4's and clone's (kernel_stub/abi/sched.h, which cannot be included beside the host's own).
constexpr Word waits[] = {{1, "WNOHANG"}, {2, "WUNTRACED"}, {0x40000000, "__WALL"}};
constexpr u64 clone_signal = 0xff;
constexpr Word clones[] = {{0x100, "CLONE_VM"},
                           {0x200, "CLONE_FS"},
                           {0x400, "CLONE_FILES"},
                           {0x800, "CLONE_SIGHAND"},
                           {0x10000, "CLONE_THREAD"},
                           {0x40000, "CLONE_SYSVSEM"},
                           {0x80000, "CLONE_SETTLS"},
                           {0x100000, "CLONE_PARENT_SETTID"},
                           {0x1000000, "CLONE_CHILD_SETTID"},
                           {0x200000, "CLONE_CHILD_CLEARTID"}};
constexpr Word actions[] = {{0x1, "SA_NOCLDSTOP"},      {0x2, "SA_NOCLDWAIT"},
                            {0x4, "SA_SIGINFO"},        {0x04000000, "SA_RESTORER"},
                            {0x08000000, "SA_ONSTACK"}, {0x10000000, "SA_RESTART"},
                            {0x40000000, "SA_NODEFER"}, {0x80000000, "SA_RESETHAND"}};

// One of these values, not a sum of bits.
constexpr Word openings[] = {RINGSIDE_WORD(O_RDONLY), RINGSIDE_WORD(O_WRONLY),
                             RINGSIDE_WORD(O_RDWR)};
constexpr Word places[] = {RINGSIDE_WORD(SEEK_SET), RINGSIDE_WORD(SEEK_CUR),
                           RINGSIDE_WORD(SEEK_END)};
constexpr Word advices[] = {RINGSIDE_WORD(MADV_NORMAL), RINGSIDE_WORD(MADV_RANDOM),
                            RINGSIDE_WORD(MADV_SEQUENTIAL), RINGSIDE_WORD(MADV_WILLNEED),
                            RINGSIDE_WORD(MADV_DONTNEED)};
constexpr Word masks[] = {{0, "SIG_BLOCK"}, {1, "SIG_UNBLOCK"}, {2, "SIG_SETMASK"}};
constexpr Word requests[] = {RINGSIDE_WORD(PTRACE_TRACEME),  RINGSIDE_WORD(PTRACE_PEEKTEXT),
                             RINGSIDE_WORD(PTRACE_PEEKDATA), RINGSIDE_WORD(PTRACE_PEEKUSER),
                             RINGSIDE_WORD(PTRACE_POKETEXT), RINGSIDE_WORD(PTRACE_POKEDATA),
                             RINGSIDE_WORD(PTRACE_POKEUSER), RINGSIDE_WORD(PTRACE_CONT),
                             RINGSIDE_WORD(PTRACE_KILL),     RINGSIDE_WORD(PTRACE_SINGLESTEP),
                             RINGSIDE_WORD(PTRACE_GETREGS),  RINGSIDE_WORD(PTRACE_ATTACH),
                             RINGSIDE_WORD(PTRACE_DETACH)};
constexpr Word doors[] = {RINGSIDE_WORD(LAB_NAIVE),  RINGSIDE_WORD(LAB_COPY),
                          RINGSIDE_WORD(LAB_WORD),   RINGSIDE_WORD(LAB_UNCHECKED),
                          RINGSIDE_WORD(LAB_STRING), RINGSIDE_WORD(LAB_ATOMIC),
                          RINGSIDE_WORD(LAB_CALL)};
#undef RINGSIDE_WORD

// A number without a name, as strace has it: 0x4d /* SIG_??? */.
std::string nameless(u64 value, std::string_view prefix) {
    return hex(value) + " /* " + std::string{prefix} + "??? */";
}

// The names of the bits that are set; what is left without a name is a number. `zero` is for none.
std::string bits_text(std::span<Word const> words, u64 value, std::string_view prefix,
                      std::string_view zero = "0") {
    std::string text;
    for (Word const& word : words) {
        if ((value & word.value) == word.value) {
            text.append(text.empty() ? "" : "|").append(word.name);
            value &= ~word.value;
        }
    }
    if (value == 0) {
        return text.empty() ? std::string{zero} : text;
    }
    return text.empty() ? nameless(value, prefix) : text + "|" + hex(value);
}

std::string one_of(std::span<Word const> words, u64 value, std::string_view prefix) {
    auto const found = std::ranges::find(words, value, &Word::value);
    return found != words.end() ? std::string{found->name} : nameless(value, prefix);
}

std::string clone_text(u64 value) {
    u64 const signal = value & clone_signal;
    std::string const flags = bits_text(clones, value & ~clone_signal, "CLONE_", "");
    std::string const end = signal == 0 ? "" : signal_name(static_cast<u32>(signal));
    return flags.empty() ? (end.empty() ? "0" : end) : flags + (end.empty() ? "" : "|" + end);
}

struct Code {
    u32 signal; // 0: any
    i32 code;
    std::string_view name;
};
constexpr Code codes[] = {
    {0, 0, "SI_USER"},           {0, -6, "SI_TKILL"},         {0, 0x80, "SI_KERNEL"},
    {SIGILL, 2, "ILL_ILLOPN"},   {SIGFPE, 1, "FPE_INTDIV"},   {SIGSEGV, 1, "SEGV_MAPERR"},
    {SIGSEGV, 2, "SEGV_ACCERR"}, {SIGBUS, 1, "BUS_ADRALN"},   {SIGBUS, 2, "BUS_ADRERR"},
    {SIGTRAP, 1, "TRAP_BRKPT"},  {SIGTRAP, 2, "TRAP_TRACE"},  {SIGTRAP, 4, "TRAP_HWBKPT"},
    {SIGCHLD, 1, "CLD_EXITED"},  {SIGCHLD, 2, "CLD_KILLED"},  {SIGCHLD, 3, "CLD_DUMPED"},
    {SIGCHLD, 4, "CLD_TRAPPED"}, {SIGCHLD, 5, "CLD_STOPPED"}, {SIGCHLD, 6, "CLD_CONTINUED"},
};

} // namespace

std::optional<std::string> named_argument(char letter, u64 value) {
    switch (letter) {
    case 'P':
        return bits_text(rights, value, "PROT_", "PROT_NONE");
    case 'M':
        return bits_text(mappings, value, "MAP_");
    case 'G':
        return bits_text(moves, value, "MREMAP_");
    case 'Y':
        return bits_text(syncs, value, "MS_");
    case 'W':
        return bits_text(waits, value, "W");
    case 'C':
        return clone_text(value);
    case 'O':
        return one_of(openings, value, "O_");
    case 'L':
        return one_of(places, value, "SEEK_");
    case 'A':
        return one_of(advices, value, "MADV_");
    case 'H':
        return one_of(masks, value, "SIG_");
    case 'D':
        return one_of(doors, value, "LAB_");
    case 'R':
        return one_of(requests, value, "PTRACE_");
    case 'S':
        return value == 0 || value > 31 ? std::to_string(value)
                                        : signal_name(static_cast<u32>(value));
    default:
        return std::nullopt;
    }
}

std::string signal_code_text(u32 signal, i32 code) {
    for (Code const& each : codes) {
        if (each.code == code && (each.signal == 0 || each.signal == signal)) {
            return std::string{each.name};
        }
    }
    return std::to_string(code);
}

std::string sigaction_flags_text(u64 flags) {
    return bits_text(actions, flags, "SA_");
}

} // namespace ringside::trace
