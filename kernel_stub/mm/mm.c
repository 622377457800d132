/* The life of an address space: new for exec, copied for fork, shared by threads, gone with its
   last user. */
#include "mm/mm.h"

#include "user_segments.h"
#include "fs/file.h"
#include "mm/reclaim.h"
#include "split/split.h"

struct mm *all_mms;

static void list_append(struct mm *mm)
{
    struct mm **link = &all_mms;
    while (*link) {
        mm->prev = *link;
        link = &(*link)->next;
    }
    *link = mm;
}

static void list_remove(struct mm *mm)
{
    if (mm->prev)
        mm->prev->next = mm->next;
    else
        all_mms = mm->next;
    if (mm->next)
        mm->next->prev = mm->prev;
}

struct mm *mm_new(void)
{
    struct mm *mm = kmalloc(sizeof *mm);
    pte_t *pgd = mm ? split_new_pgd() : NULL;
    if (!pgd) {
        kfree(mm);
        return NULL;
    }
    mm->users = 1;
    mm->pgd = pgd;
#ifdef __x86_64__
    mm->task_size = TASK_SIZE;
#endif
    list_append(mm);
    return mm;
}

/* The pages go back, then the tables that held them. */
static void mm_destroy(struct mm *mm)
{
    vma_remove_all(mm);
    if (mm->program)
        file_put_runner(mm->program);
    pgd_free(mm->pgd);
    ldt_free(mm);
    reclaim_forget(mm);
    list_remove(mm);
    kfree(mm);
}

void mm_get(struct mm *mm)
{
    mm->users++;
}

/* The last one to leave must have left the page tables too: split_leave_mm() comes first. */
void mm_put(struct mm *mm)
{
    if (--mm->users == 0)
        mm_destroy(mm);
}

/* fork: an address space that looks the same and shares every page until one of the two writes.
   NULL: no memory. */
struct mm *mm_copy(struct mm *from)
{
    struct mm *to = mm_new();
    if (!to)
        return NULL;
    to->start_brk = from->start_brk;
    to->brk = from->brk;
#ifdef __x86_64__
    to->task_size = from->task_size;
#endif
    to->pid = from->pid;
    to->program = from->program;
    if (to->program)
        file_get_runner(to->program); /* it runs already, so nobody writes to it */
    bool copied = ldt_copy(to, from);
    for (const struct vma *vma = from->vmas; vma && copied; vma = vma->next)
        copied = vma->flags & VM_DONTCOPY || (vma_copy(to, vma) && copy_range(to, vma));
    flush_tlb_all(from); /* what both have now, neither may write to */
    if (copied)
        return to;
    mm_put(to);
    return NULL;
}
