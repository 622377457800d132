/* The instructions C has no words for. always_inline: at -O0 each is still one instruction where
   it is used. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t word; /* a machine word: addresses, system call arguments */

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#define CR0_WP 0x00010000u  /* the kernel too obeys read-only pages */
#define CR4_PGE 0x00000080u /* entries with G survive a write to CR3 */

ALWAYS_INLINE void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

ALWAYS_INLINE void outl(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
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

ALWAYS_INLINE void invlpg(word address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

__attribute__((noreturn)) ALWAYS_INLINE void halt_forever(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

#endif
