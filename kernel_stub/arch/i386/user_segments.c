#include "user_segments.h"

#include "abi/errno.h"
#include "abi/ldt.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "split/split.h"
#include "task/task.h"
#include "trap/syscalls.h"

#define DESCRIPTOR_S_DPL3 0x7000u /* a segment, not a system object; of ring 3 */

static bool is_empty(const struct user_desc *d)
{
    return d->base_addr == 0 && d->limit == 0 && (d->flags & ~DESC_USEABLE) == DESC_EMPTY;
}

/* SDM volume 3, figure 3-8. */
static uint64_t descriptor_of(const struct user_desc *d)
{
    uint32_t contents = (d->flags & DESC_CONTENTS_MASK) >> DESC_CONTENTS_SHIFT;
    uint32_t low = (d->base_addr & 0xFFFF) << 16 | (d->limit & 0xFFFF);
    uint32_t high = (d->base_addr & 0xFF000000) | (d->base_addr >> 16 & 0xFF) | (d->limit & 0xF0000) |
                    (d->flags & DESC_READ_EXEC_ONLY ? 0 : 1u << 9) | contents << 10 |
                    DESCRIPTOR_S_DPL3 | (d->flags & DESC_NOT_PRESENT ? 0 : 1u << 15) |
                    (d->flags & DESC_USEABLE ? 1u << 20 : 0) | (d->flags & DESC_32BIT ? 1u << 22 : 0) |
                    (d->flags & DESC_LIMIT_IN_PAGES ? 1u << 23 : 0);
    return (uint64_t)high << 32 | low;
}

/* A kernel pointer as the base of the LDT's own descriptor, and into LDTR. No LDT: the null
   selector, and every selector with TI is refused. */
static void load_ldt(const struct mm *mm)
{
    uint32_t base = mm->ldt ? split_show_ldt(mm->ldt) : 0, limit = LDT_ENTRIES * 8 - 1;
    uint64_t descriptor = (uint64_t)((base & 0xFF000000) | 0x8200 | (base >> 16 & 0xFF)) << 32 |
                          (base << 16 | limit);
    gdt_table[LDT_SELECTOR >> 3] = mm->ldt ? descriptor : 0;
    __asm__ volatile("lldt %w0" : : "r"(mm->ldt ? LDT_SELECTOR : 0));
}

/* The segment registers themselves are loaded on the way back to the program. */
void user_segments_load(const struct task *next)
{
    static const uint64_t *loaded;
    for (unsigned i = 0; i < TLS_COUNT; i++)
        gdt_table[TLS_FIRST + i] = next->tls[i];
    if (next->mm->ldt || loaded)
        load_ldt(next->mm);
    loaded = next->mm->ldt;
}

static long free_tls_entry(const struct task *task)
{
    for (unsigned i = 0; i < TLS_COUNT; i++)
        if (!task->tls[i])
            return TLS_FIRST + i;
    return -ESRCH;
}

/* told: where the program learns which entry was chosen for it; NULL: it must have chosen. */
long thread_area_set(struct task *task, const struct user_desc *wish, struct user_desc *told)
{
    struct user_desc desc;
    if (copy_from_user(&desc, wish, sizeof desc))
        return -EFAULT;
    long entry = (long)desc.entry_number;
    if (entry == -1 && told) {
        entry = free_tls_entry(task);
        if (entry < 0)
            return entry;
        if (put_user((uint32_t)entry, &told->entry_number))
            return -EFAULT;
    }
    if (entry < TLS_FIRST || entry >= TLS_FIRST + TLS_COUNT)
        return -EINVAL;
    task->tls[entry - TLS_FIRST] = is_empty(&desc) ? 0 : descriptor_of(&desc);
    if (task == current)
        user_segments_load(current);
    return 0;
}

long sys_set_thread_area(struct user_desc *desc)
{
    return thread_area_set(current, desc, desc);
}

bool ldt_copy(struct mm *to, const struct mm *from)
{
    if (!from->ldt)
        return true;
    to->ldt = kmalloc(LDT_ENTRIES * sizeof(uint64_t));
    if (to->ldt)
        memcpy(to->ldt, from->ldt, LDT_ENTRIES * sizeof(uint64_t));
    return to->ldt;
}

void ldt_free(struct mm *mm)
{
    kfree(mm->ldt);
}

static long read_ldt(void *to, word n)
{
    word size = LDT_ENTRIES * sizeof(uint64_t);
    if (!current->mm->ldt)
        return 0;
    word part = n < size ? n : size;
    return copy_to_user(to, current->mm->ldt, part) ? -EFAULT : (long)part;
}

static long write_ldt(const struct user_desc *wish, word n, bool old_mode)
{
    struct user_desc desc;
    if (n != sizeof desc)
        return -EINVAL;
    if (copy_from_user(&desc, wish, sizeof desc))
        return -EFAULT;
    bool conforming = (desc.flags & DESC_CONTENTS_MASK) == DESC_CONTENTS_MASK;
    if (desc.entry_number >= LDT_ENTRIES)
        return -EINVAL;
    if (conforming && (old_mode || !(desc.flags & DESC_NOT_PRESENT)))
        return -EINVAL;
    if (old_mode)
        desc.flags &= ~DESC_USEABLE;

    struct mm *mm = current->mm;
    if (!mm->ldt)
        mm->ldt = kmalloc(LDT_ENTRIES * sizeof(uint64_t));
    if (!mm->ldt)
        return -ENOMEM;
    bool cleared = is_empty(&desc) || (old_mode && desc.base_addr == 0 && desc.limit == 0);
    mm->ldt[desc.entry_number] = cleared ? 0 : descriptor_of(&desc);
    user_segments_load(current);
    return 0;
}

/* There is no default LDT to be read. */
long sys_modify_ldt(int function, void *pointer, word n)
{
    switch (function) {
    case LDT_READ:
        return read_ldt(pointer, n);
    case LDT_READ_DEFAULT:
        return 0;
    case LDT_WRITE_OLD:
    case LDT_WRITE:
        return write_ldt(pointer, n, function == LDT_WRITE_OLD);
    default:
        return -ENOSYS;
    }
}
