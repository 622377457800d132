/* The list of a process's VMAs: sorted, disjoint, at most MAX_VMAS. Neighbours that agree in
   everything are one. */
#include "abi/errno.h"
#include "fs/file.h"
#include "mm/mm.h"
#include "task/task.h"
#include "trap/tracepoint.h"

const char *vma_name(const struct vma *vma)
{
    if (vma->flags & VM_STACK)
        return "[stack]";
    if (vma->flags & VM_HEAP)
        return "[heap]";
    return vma->file ? vma->file->name : NULL;
}

void trace_vma_of(int pid, enum tp_vma_op op, const struct vma *vma)
{
    const char *name = vma_name(vma);
    struct tp_vma told = {
        .start = vma->start,
        .end = vma->end,
        .pgoff = vma->pgoff,
        .name = (word)name,
        .name_length = name ? strlen(name) : 0,
        .prot = vma->flags & VM_ACCESS,
        .flags = (vma->flags & VM_MAYSHARE ? 1 : 0) | (vma->flags & VM_GROWSDOWN ? 2 : 0) |
                 (vma->flags & VM_HEAP ? 4 : 0) | (vma->flags & VM_STACK ? 8 : 0),
        .pid = (unsigned)pid,
    };
    trace(TP_VMA, op, (word)&told, 0, 0, 0);
}

/* Of the current process: threads have one list. */
void trace_vma(enum tp_vma_op op, const struct vma *vma)
{
    trace_vma_of(current->leader->pid, op, vma);
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

/* Writes through it reach the file, which was opened for writing: it is one more writer, and stays one when the descriptor is
   closed. So the file cannot be run, as in Linux, where the VMA keeps the open file itself. */
static bool writes_to_file(const struct vma *vma)
{
    return vma->file && vma->flags & VM_SHARED;
}

static void drop_file(struct vma *vma)
{
    if (writes_to_file(vma))
        file_put_writer(vma->file);
    if (vma->file)
        put_file(vma->file);
    vma->file = NULL;
}

/* The file that the VMA keeps open from now on, in place of the one before. */
void vma_set_file(struct vma *vma, struct file *file)
{
    get_file(file);
    drop_file(vma);
    vma->file = file;
    if (writes_to_file(vma))
        file_get_writer(file);
}

/* A VMA that is in no list yet. Like every VMA, it keeps its file open. */
struct vma *vma_new(struct mm *mm, word start, word end, uint32_t flags, struct file *file,
                    word pgoff)
{
    struct vma *vma = kmalloc(sizeof *vma);
    if (!vma)
        return NULL;
    vma->mm = mm;
    vma->start = start;
    vma->end = end;
    vma->flags = flags | VM_SOFTDIRTY;
    if (file) {
        vma_set_file(vma, file);
        vma->pgoff = pgoff;
        vma->ops = file->vm_operations;
    }
    return vma;
}

void vma_free(struct vma *vma)
{
    drop_file(vma);
    kfree(vma);
}

/* One more of the same kind: its owner is told. */
static struct vma *vma_clone(const struct vma *vma)
{
    struct vma *clone = vma_new(vma->mm, vma->start, vma->end, vma->flags, vma->file, vma->pgoff);
    if (!clone)
        return NULL;
    *clone = *vma;
    clone->next = NULL;
    if (clone->ops && clone->ops->open)
        clone->ops->open(clone);
    return clone;
}

static void vma_close(struct vma *vma)
{
    if (vma->ops && vma->ops->close)
        vma->ops->close(vma);
    vma_free(vma);
}

static bool mergeable(const struct vma *low, const struct vma *high)
{
    if (low->end != high->start || (low->flags ^ high->flags) & ~VM_SOFTDIRTY ||
        low->flags & VM_SPECIAL || low->file != high->file || low->ops != high->ops)
        return false;
    if (low->ops && low->ops->close)
        return false;
    return !low->file || low->pgoff + (low->end - low->start) / PAGE_SIZE == high->pgoff;
}

/* Make one of two neighbours, if they may be. */
static void try_merge(struct vma *low)
{
    struct vma *high = low ? low->next : NULL;
    if (!high || !mergeable(low, high))
        return;
    low->end = high->end;
    low->flags |= high->flags & VM_SOFTDIRTY;
    low->next = high->next;
    low->mm->vma_count--;
    vma_free(high);
    trace_vma(TP_VMA_MERGE, low);
}

static void link_in(struct vma *below, struct vma *vma)
{
    struct vma **link = below ? &below->next : &vma->mm->vmas;
    vma->next = *link;
    *link = vma;
    vma->mm->vma_count++;
}

/* Enter a new VMA, which overlaps no other. At the limit one that will be absorbed by its neighbour
   is still welcome. False, and nothing has changed: there are too many. */
bool vma_link(struct vma *vma)
{
    struct mm *mm = vma->mm;
    struct vma *below = find_vma_below(mm, vma->start);
    struct vma *above = below ? below->next : mm->vmas;
    if (mm->vma_count >= MAX_VMAS && !(below && mergeable(below, vma)) &&
        !(above && mergeable(vma, above)))
        return false;
    link_in(below, vma);
    trace_vma(TP_VMA_MAP, vma);
    try_merge(vma);
    try_merge(below);
    return true;
}

/* Promise a range that overlaps no other. */
int vma_insert(struct mm *mm, word start, word end, uint32_t flags, struct file *file, word pgoff)
{
    struct vma *vma = vma_new(mm, start, end, flags, file, pgoff);
    if (!vma)
        return -ENOMEM;
    if (vma_link(vma))
        return 0;
    vma_free(vma);
    return -ENOMEM;
}

/* fork: the same promise in another address space, as its last VMA. */
bool vma_copy(struct mm *to, const struct vma *vma)
{
    struct vma *copy = vma_clone(vma);
    if (!copy)
        return false;
    copy->mm = to;
    struct vma *last = to->vmas;
    while (last && last->next)
        last = last->next;
    link_in(last, copy);
    return true;
}

/* Cut a VMA in two at an address inside it. */
static int split(struct vma *vma, word at)
{
    struct vma *upper = vma_clone(vma);
    if (!upper)
        return -ENOMEM;
    upper->start = at;
    upper->pgoff += vma->file ? (at - vma->start) / PAGE_SIZE : 0;
    vma->end = at;
    link_in(vma, upper);
    trace_vma(TP_VMA_SPLIT, vma);
    trace_vma(TP_VMA_SPLIT, upper);
    return 0;
}

/* Cut what lies across the borders of start..end. */
static int split_at_borders(struct mm *mm, word start, word end)
{
    int error = 0;
    struct vma *vma = find_vma(mm, start);
    if (vma && vma->start < start)
        error = split(vma, start);
    vma = find_vma(mm, end - 1);
    if (!error && vma && vma->start < end && end < vma->end)
        error = split(vma, end);
    return error;
}

/* Take start..end away, VMAs and pages. Only to cut a hole into one VMA makes more of them than
   there were, so only that is refused at the limit. */
int vma_remove(struct mm *mm, word start, word end)
{
    struct vma *vma = find_vma(mm, start);
    if (vma && vma->start < start && end < vma->end && mm->vma_count >= MAX_VMAS)
        return -ENOMEM;
    int error = split_at_borders(mm, start, end);
    if (error)
        return error;
    struct vma *below = find_vma_below(mm, start);
    struct vma **link = below ? &below->next : &mm->vmas;
    while (*link && (*link)->end <= end) {
        vma = *link;
        *link = vma->next;
        mm->vma_count--;
        zap_range(mm, vma->start, vma->end);
        trace_vma(TP_VMA_UNMAP, vma);
        vma_close(vma);
    }
    return 0;
}

/* The process is gone, and its list with it: nothing is told. */
void vma_remove_all(struct mm *mm)
{
    while (mm->vmas) {
        struct vma *vma = mm->vmas;
        mm->vmas = vma->next;
        zap_range(mm, vma->start, vma->end);
        vma_close(vma);
    }
    mm->vma_count = 0;
}

/* mprotect: give a part of a VMA, or all of it, other flags. The part joins a neighbour that is
   like it now; what remains of the VMA is cut off. -ENOMEM, before anything happens, if that would
   be too many. */
int vma_change_flags(struct vma *vma, word start, word end, uint32_t flags)
{
    struct mm *mm = vma->mm;
    struct vma *below = find_vma_below(mm, start), *above = vma->next;
    struct vma part = *vma;
    part.flags = flags;
    part.start = start;
    part.end = end;
    part.pgoff += vma->file ? (start - vma->start) / PAGE_SIZE : 0;
    bool joins_below = below && mergeable(below, &part);
    bool joins_above = above && mergeable(&part, above);
    unsigned more = (vma->start < start && !joins_above) + (end < vma->end && !joins_below);
    if (mm->vma_count + more > MAX_VMAS)
        return -ENOMEM;
    int error = split_at_borders(mm, start, end);
    if (error)
        return error;
    vma = find_vma(mm, start);
    vma->flags = flags;
    trace_vma(TP_VMA_PROTECT, vma);
    try_merge(vma);
    try_merge(find_vma_below(mm, start));
    return 0;
}
