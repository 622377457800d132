/* The instructions C has no words for. always_inline: at -O0 each is still one instruction where
   it is used. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

typedef uintptr_t word; /* a machine word: addresses, system call arguments */

/* In format()'s texts and in assembly: a word. */
#ifdef __x86_64__
#define PRIxPTR "lx"
#define ASM_WORD ".quad"
#else
#define PRIxPTR "x"
#define ASM_WORD ".long"
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#define CR0_WP 0x00010000u  /* the kernel too obeys read-only pages */
#define CR4_PGE 0x00000080u /* entries with G survive a write to CR3 */
#define CR4_PCIDE 0x00020000u /* the low bits of CR3 number what the TLB knows; 64-bit mode only */
#define CR4_SMEP 0x00100000u /* ring 0 may not execute user pages */
#define CR4_SMAP 0x00200000u /* ring 0 may touch user pages only while EFLAGS.AC is set */
#define MSR_EFER 0xC0000080u
#define EFER_SCE 0x00000001u /* there is SYSCALL */
#define EFER_NXE 0x00000800u /* bit 63 of an 8-byte entry means something */

ALWAYS_INLINE void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

ALWAYS_INLINE void outl(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

ALWAYS_INLINE uint32_t inl(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

ALWAYS_INLINE uint8_t inb(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* n bytes to one port, one instruction. */
ALWAYS_INLINE void outsb(uint16_t port, const void *bytes, size_t n)
{
    __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(n) : "d"(port) : "memory");
}

#define CONTROL_REGISTER(n)                                                                        \
    ALWAYS_INLINE word read_cr##n(void)                                                            \
    {                                                                                              \
        word value;                                                                                \
        __asm__ volatile("mov %%cr" #n ", %0" : "=r"(value));                                      \
        return value;                                                                              \
    }                                                                                              \
    ALWAYS_INLINE void write_cr##n(word value)                                                     \
    {                                                                                              \
        __asm__ volatile("mov %0, %%cr" #n : : "r"(value) : "memory");                             \
    }
CONTROL_REGISTER(0)
CONTROL_REGISTER(2)
CONTROL_REGISTER(3)
CONTROL_REGISTER(4)

ALWAYS_INLINE word read_eflags(void)
{
    word value;
    __asm__ volatile("pushf\n\tpop %0" : "=r"(value) : : "memory");
    return value;
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* What the CPU says of itself; all leaves asked for here have one part. */
ALWAYS_INLINE struct cpuid cpuid(uint32_t leaf)
{
    struct cpuid answer;
    __asm__ volatile("cpuid"
                     : "=a"(answer.eax), "=b"(answer.ebx), "=c"(answer.ecx), "=d"(answer.edx)
                     : "a"(leaf), "c"(0));
    return answer;
}

ALWAYS_INLINE uint64_t read_msr(uint32_t number)
{
#ifdef __x86_64__
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
#else
    uint64_t value;
    __asm__ volatile("rdmsr" : "=A"(value) : "c"(number));
    return value;
#endif
}

ALWAYS_INLINE void write_msr(uint32_t number, uint64_t value)
{
#ifdef __x86_64__
    __asm__ volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
#else
    __asm__ volatile("wrmsr" : : "c"(number), "A"(value) : "memory");
#endif
}

/* Of a linear address: the operand is an offset in DS, which has no say but its base. */
ALWAYS_INLINE void invlpg(word address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address - KERNEL_BASE) : "memory");
}

#define EFLAGS_TF 0x00000100u /* a trap after each instruction */
#define EFLAGS_IF 0x00000200u /* interrupts are let in */
#define EFLAGS_RF 0x00010000u /* the next instruction meets no breakpoint */
#define EFLAGS_DF 0x00000400u /* string instructions go down */
#define EFLAGS_NT 0x00004000u /* IRET would switch tasks */
#define EFLAGS_AC 0x00040000u /* ring 0, under SMAP: user pages may be touched */

/* Keep interrupts out; the result is for irq_restore. */
ALWAYS_INLINE word irq_save(void)
{
    word flags;
    __asm__ volatile("pushf; pop %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

ALWAYS_INLINE void irq_restore(word flags)
{
    __asm__ volatile("push %0; popf" : : "r"(flags) : "memory");
}

/* Sleep until an interrupt has been served. STI lets it in only after the next instruction, so
   none can slip in between and be slept over. */
ALWAYS_INLINE void wait_for_interrupt(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

/* *n becomes the quotient, the result is the remainder. C would call a library for it. */
ALWAYS_INLINE uint32_t divide(uint64_t *n, uint32_t by)
{
    uint32_t high = (uint32_t)(*n >> 32), low = (uint32_t)*n, rest = high % by;
    __asm__("divl %2" : "+a"(low), "+d"(rest) : "rm"(by));
    *n = (uint64_t)(high / by) << 32 | low;
    return rest;
}

__attribute__((noreturn)) ALWAYS_INLINE void halt_forever(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
void *memchr_inv(const void *start, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

#endif
