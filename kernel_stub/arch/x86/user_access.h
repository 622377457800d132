/* SMAP (CR4 bit 21): ring 0 may touch user pages only while EFLAGS.AC is set. STAC sets it, CLAC clears
   it, and a CPU without SMAP knows neither. So every place where one belongs has a NOP of three bytes
   and an entry in a table: when the kernel turns SMAP on, it writes the instructions there. Linux does
   the same, and calls it alternatives. */
#ifndef ARCH_USER_ACCESS_H
#define ARCH_USER_ACCESS_H

#ifdef __ASSEMBLER__
.macro USER_ACCESS_END
771:.byte 0x0F, 0x1F, 0x00              /* nopl (%eax), or: */
    .pushsection .alternatives,"a"
#ifdef __x86_64__
    .quad 771b
    .byte 0x0F, 0x01, 0xCA, 0, 0, 0, 0, 0 /* clac */
#else
    .long 771b
    .byte 0x0F, 0x01, 0xCA, 0           /* clac */
#endif
    .popsection
.endm
#else
#include "cpu.h"

struct alternative {
    word site;
    uint8_t instruction[sizeof(word)]; /* three bytes of it */
};

#ifdef __x86_64__
#define REST_OF_WORD ", 0, 0, 0, 0, 0"
#else
#define REST_OF_WORD ", 0"
#endif
#define NOP3 "0x0F, 0x1F, 0x00"
#define CLAC "0x0F, 0x01, 0xCA"
#define STAC "0x0F, 0x01, 0xCB"
#define ALTERNATIVE(usual, instruction)                                                            \
    "771:.byte " usual "\n.pushsection .alternatives,\"a\"\n" ASM_WORD " 771b\n.byte " instruction \
    REST_OF_WORD "\n.popsection\n"

/* What is between the two may touch user memory. A fault there leads to a fixup, from where the second
   is reached too; its handler, like all that the CPU enters, begins without the right. */
ALWAYS_INLINE void user_access_begin(void)
{
    __asm__ volatile(ALTERNATIVE(NOP3, STAC) : : : "memory");
}

ALWAYS_INLINE void user_access_end(void)
{
    __asm__ volatile(ALTERNATIVE(NOP3, CLAC) : : : "memory");
}

#endif

#endif
