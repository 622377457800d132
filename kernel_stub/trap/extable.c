/* The exception table: the instructions of the kernel that are expected to fault, and where to
   go on when one did. Each is entered by EXTABLE() beside the instruction; the linker collects
   them in one table. */
#include "trap/extable.h"

#include "trap/tracepoint.h"
#include "trap/trap.h"

extern struct extable_entry __start_extable[], __stop_extable[];

/* Sort by instruction, once, so that every look-up can be a binary search. */
void extable_init(void)
{
    for (struct extable_entry *e = __start_extable + 1; e < __stop_extable; e++) {
        struct extable_entry moved = *e, *hole = e;
        for (; hole > __start_extable && hole[-1].insn > moved.insn; hole--)
            *hole = hole[-1];
        *hole = moved;
    }
}

static const struct extable_entry *search(word insn)
{
    const struct extable_entry *low = __start_extable, *high = __stop_extable;
    while (low < high) {
        const struct extable_entry *middle = low + (high - low) / 2;
        if (middle->insn == insn)
            return middle;
        if (middle->insn < insn)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* If the instruction that faulted has an entry, let the return from the exception go to its
   fixup. */
bool extable_fixup(struct regs *regs)
{
    const struct extable_entry *entry = search(regs->ip);
    if (!entry)
        return false;
    counters.fixups++;
    trace(TP_FIXUP, regs->ip, entry->fixup, 0, 0, 0);
    regs->ip = entry->fixup;
    return true;
}
