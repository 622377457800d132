// Records what silicon does with every one- and two-byte opcode in ring 3: 16-, 32- and 64-bit code, every
// ModRM.reg, a memory and a register operand; with aligned pointers, with astray ones, and with astray ones while
// EFLAGS.AC is set (Linux sets CR0.AM). One instruction is executed with TF set; the signal tells what became of it.
//
//     gcc -O1 -fno-stack-protector -fcf-protection=none -o record record.c && ./record > ring3.txt
//
// A line: code size, map, opcode, variant, then for reg 0..7 with memory and reg 0..7 with a register one word
// each: "." retired, or the vector in hex and, where it is not 0, ":" and the error code. One word stands for
// sixteen equal ones. Left out, as "-": what asks the kernel of the recording machine (SYSCALL, SYSENTER) or tells of
// it (SLDT, STR, SGDT, SIDT, SMSW, which UMIP emulates).
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { CODE = 0x100000, DATA = 0x200000, STACK = 0x300000, AREA = 0x10000, POINTER = 0x1000 };
enum { BITS16, BITS32, BITS64, SIZES };
enum { ALIGNED, ASTRAY, CHECKED, VARIANTS };

static ucontext_t home;
static unsigned long fs_base;
static unsigned size, map, opcode, variant, form, running;
static char words[16][16];

static long call(long nr, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

static int left_out(void) {
    unsigned const reg = form % 8;
    if (map == 0)
        return 0;
    return opcode == 0x05 || opcode == 0x34 || (opcode == 0x00 && reg < 2) ||
           (opcode == 0x01 && (reg < 2 || reg == 4) && form < 8) || (opcode == 0x01 && form == 8 + 4);
}

// The bytes of this case, at CODE.
static void lay_code(void) {
    uint8_t* at = (uint8_t*)CODE;
    memset(at, 0, 32);
    if (map == 1)
        *at++ = 0x0f;
    *at++ = (uint8_t)opcode;
    unsigned const reg = form % 8;
    unsigned const rm = form < 8 ? (size == BITS16 ? 7 : 3) : 0xc1; // [BX], [EBX], [RBX]; CX, ECX
    *at++ = (uint8_t)(rm | reg << 3);
    uint32_t const immediate = size == BITS16 ? POINTER : DATA + POINTER;
    memcpy(at, &immediate, 4);
}

static void segments(void) {
    unsigned const data = size == BITS16 ? 0x37 : 0x2b; // LDT entry 6, or Linux's flat data
    __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs; mov %0, %%gs" ::"r"(data));
    call(SYS_arch_prctl, 0x1002, (long)fs_base, 0); // ARCH_SET_FS, which gs lost with it
}

static void lay_memory(void) {
    for (unsigned byte = 0; byte < AREA; ++byte) {
        ((uint8_t*)DATA)[byte] = 0x01;
        ((uint8_t*)STACK)[byte] = 0x01;
    }
}

static void enter(ucontext_t* to) {
    greg_t* const r = to->uc_mcontext.gregs;
    uint64_t const pointer = (size == BITS16 ? 0 : DATA) + POINTER + (variant == ALIGNED ? 0 : 1);
    for (int i = REG_R8; i <= REG_RCX; ++i)
        r[i] = (greg_t)pointer;
    r[REG_RSP] = (size == BITS16 ? 0x8000 : STACK + 0x8000);
    r[REG_RIP] = size == BITS16 ? 0 : CODE;
    r[REG_EFL] = 0x302 | (variant == CHECKED ? 0x40000 : 0); // IF TF
    uint64_t const cs = size == BITS16 ? 0x2f : size == BITS32 ? 0x23 : 0x33;
    uint64_t const ss = size == BITS16 ? 0x37 : 0x2b;
    r[REG_CSGSFS] = (greg_t)(cs | ss << 48);
    memset(to->uc_mcontext.fpregs, 0, 32);
    to->uc_mcontext.fpregs->cwd = 0x37f;
    to->uc_mcontext.fpregs->mxcsr = 0x1f80;
}

static void print(void) {
    int same = 1;
    for (unsigned i = 1; i < 16; ++i)
        same &= strcmp(words[i], words[0]) == 0;
    static char const* const names[] = {"aligned", "astray", "checked"};
    printf("%s %s%02x %s", size == BITS16 ? "16" : size == BITS32 ? "32" : "64", map ? "0f" : "", opcode, names[variant]);
    for (unsigned i = 0; i < (same ? 1U : 16U); ++i)
        printf(" %s", words[i]);
    printf("\n");
}

// The next case that is one; 0 when all are done.
static int advance(void) {
    for (;;) {
        if (running) {
            if (++form == 16) {
                print();
                form = 0;
                if (++variant == VARIANTS) {
                    variant = 0;
                    if (++opcode == 256) {
                        opcode = 0;
                        if (++map == 2) {
                            map = 0;
                            if (++size == SIZES)
                                return 0;
                        }
                    }
                }
            }
        }
        running = 1;
        unsigned const prefix = map == 0 && (opcode == 0x0f || opcode == 0x26 || opcode == 0x2e || opcode == 0x36 || opcode == 0x3e ||
                                             (opcode >= 0x64 && opcode <= 0x67) || opcode == 0xf0 || opcode == 0xf2 || opcode == 0xf3 ||
                                             (size == BITS64 && opcode >= 0x40 && opcode <= 0x4f));
        if (!prefix && !left_out())
            return 1;
        strcpy(words[form], "-");
    }
}

static void on_signal(int number, siginfo_t* info, void* context) {
    (void)number, (void)info;
    __asm__ volatile("pushfq; andq $~0x40000, (%%rsp); popfq" ::: "memory", "cc"); // AC, which the kernel leaves
    ucontext_t* const at = context;
    unsigned const was = 0x2b;
    __asm__ volatile("mov %0, %%ds; mov %0, %%es" ::"r"(was));
    call(SYS_arch_prctl, 0x1002, (long)fs_base, 0);
    if (running) {
        greg_t const vector = at->uc_mcontext.gregs[REG_TRAPNO];
        greg_t const error = at->uc_mcontext.gregs[REG_ERR];
        int const is_icebp = map == 0 && opcode == 0xf1;
        if (vector == 1 && !is_icebp)
            strcpy(words[form], ".");
        else if (vector == 14 || error == 0)
            sprintf(words[form], "%x", (unsigned)vector);
        else
            sprintf(words[form], "%x:%x", (unsigned)vector, (unsigned)error);
    } else {
        home = *at;
    }
    if (!advance()) {
        fflush(stdout);
        _exit(0);
    }
    lay_memory();
    lay_code();
    enter(at);
    segments();
}

static void descriptor(unsigned entry, unsigned base, int code) {
    struct user_desc d = {.entry_number = entry, .base_addr = base, .limit = 0xffff, .contents = code ? 2 : 0, .useable = 1};
    if (syscall(SYS_modify_ldt, 1, &d, sizeof d) != 0)
        exit(1);
}

int main(void) {
    for (unsigned long place = CODE; place <= STACK; place += 0x100000)
        if (mmap((void*)place, AREA, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
            return 1;
    descriptor(5, CODE, 1);
    descriptor(6, DATA, 0);
    syscall(SYS_arch_prctl, 0x1003, &fs_base); // ARCH_GET_FS
    stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    for (int number = 1; number < 32; ++number)
        if (number == SIGSEGV || number == SIGILL || number == SIGTRAP || number == SIGFPE || number == SIGBUS)
            sigaction(number, &action, NULL);
    setvbuf(stdout, malloc(1 << 20), _IOFBF, 1 << 20);
    __asm__ volatile("ud2");
    return 1;
}
