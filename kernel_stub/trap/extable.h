/* An instruction that may fault, and where to go on when it did. */
#ifndef TRAP_EXTABLE_H
#define TRAP_EXTABLE_H

#include "regs.h"

struct extable_entry {
    word insn, fixup;
};

/* In an asm statement: the label of the instruction, the label of its fixup. */
#define EXTABLE(insn, fixup)                                                                       \
    ".pushsection .extable,\"aw\"\n" ASM_WORD " " insn ", " fixup "\n.popsection\n"
/* Code that only a fault reaches lies apart, so that the good way through stays straight. */
#define FIXUP_BEGIN ".pushsection .fixup,\"ax\"\n"
#define FIXUP_END ".popsection\n"

void extable_init(void);
bool extable_fixup(struct regs *regs);

#endif
