/* The list of a process's VMAs: sorted, disjoint, at most MAX_VMAS. Neighbours that agree in
   everything are one. */
#include "abi/errno.h"
#include "fs/file.h"
#include "mm/mm.h"
#include "trap/task.h"
#include "trap/tracepoint.h"

static const char *name_of(const struct vma *vma)
{
    if (vma->flags & VMA_STACK)
        return "[stack]";
    if (vma->flags & VMA_HEAP)
        return "[heap]";
    return vma->file ? vma->file->name : NULL;
}

void trace_vma(enum tp_vma_op op, const struct vma *vma)
{
    const char *name = name_of(vma);
    struct tp_vma told = {
        .start = vma->start,
        .end = vma->end,
        .pgoff = vma->pgoff,
        .name = (word)name,
        .name_length = name ? strlen(name) : 0,
        .prot = vma->prot,
        .flags = vma->flags,
        .pid = (unsigned)current->pid,
    };
    trace(TP_VMA, op, (word)&told, 0, 0, 0);
}

/* The first VMA that ends above address. It need not contain it: it may begin above. */
struct vma *find_vma(struct mm *mm, word address)
{
    struct vma *vma = mm->vmas;
    while (vma && vma->end <= address)
        vma = vma->next;
    return vma;
}

/* The last VMA that ends at or below address. */
struct vma *find_vma_below(struct mm *mm, word address)
{
    struct vma *below = NULL;
    for (struct vma *vma = mm->vmas; vma && vma->end <= address; vma = vma->next)
        below = vma;
    return below;
}

static bool mergeable(const struct vma *low, const struct vma *high)
{
    if (low->end != high->start || low->prot != high->prot || low->flags != high->flags ||
        low->file != high->file)
        return false;
    return !low->file || low->pgoff + (low->end - low->start) / PAGE_SIZE == high->pgoff;
}

/* Make one of two neighbours, if they may be. */
static void try_merge(struct mm *mm, struct vma *low)
{
    struct vma *high = low->next;
    if (!high || !mergeable(low, high))
        return;
    low->end = high->end;
    low->next = high->next;
    kfree(high, sizeof *high);
    mm->vma_count--;
    trace_vma(TP_VMA_MERGE, low);
}

/* Enter a range that overlaps no other. */
int vma_insert(struct mm *mm, word start, word end, uint32_t prot, uint32_t flags,
               struct file *file, word pgoff)
{
    struct vma *below = find_vma_below(mm, start);
    struct vma **link = below ? &below->next : &mm->vmas;
    struct vma new = {start, end, prot, flags, file, pgoff, *link};

    /* At the limit a range that will be absorbed by its neighbour is still welcome. */
    if (mm->vma_count >= MAX_VMAS && !(below && mergeable(below, &new)) &&
        !(new.next && mergeable(&new, new.next)))
        return -ENOMEM;
    struct vma *vma = kmalloc(sizeof *vma);
    if (!vma)
        return -ENOMEM;
    *vma = new;
    *link = vma;
    mm->vma_count++;
    trace_vma(TP_VMA_MAP, vma);
    try_merge(mm, vma);
    if (below)
        try_merge(mm, below);
    return 0;
}

/* Cut a VMA in two at an address inside it. */
static int split(struct mm *mm, struct vma *vma, word at)
{
    if (mm->vma_count >= MAX_VMAS)
        return -ENOMEM;
    struct vma *upper = kmalloc(sizeof *upper);
    if (!upper)
        return -ENOMEM;
    *upper = *vma;
    upper->start = at;
    upper->pgoff += vma->file ? (at - vma->start) / PAGE_SIZE : 0;
    vma->end = at;
    vma->next = upper;
    mm->vma_count++;
    trace_vma(TP_VMA_SPLIT, vma);
    trace_vma(TP_VMA_SPLIT, upper);
    return 0;
}

/* Take start..end out of the list, cutting the VMAs at its borders. Nothing is removed unless
   both cuts succeed. */
int vma_remove(struct mm *mm, word start, word end)
{
    struct vma *vma = find_vma(mm, start);
    if (vma && vma->start < start) {
        int error = split(mm, vma, start);
        if (error)
            return error;
    }
    vma = find_vma(mm, end - 1);
    if (vma && vma->start < end && end < vma->end) {
        int error = split(mm, vma, end);
        if (error)
            return error;
    }
    struct vma *below = find_vma_below(mm, start);
    struct vma **link = below ? &below->next : &mm->vmas;
    while (*link && (*link)->end <= end) {
        vma = *link;
        *link = vma->next;
        mm->vma_count--;
        trace_vma(TP_VMA_UNMAP, vma);
        kfree(vma, sizeof *vma);
    }
    return 0;
}
