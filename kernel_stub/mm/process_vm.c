/* process_vm_readv: another process's memory, copied into one's own. The kernel finds the other's
   pages by their frames (gup.c), since the numbers in the call's second list mean nothing in our
   page tables; ours it reaches like any program's. */
#include "abi/errno.h"
#include "abi/uio.h"
#include "mm/mm.h"
#include "mm/swap.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trap/syscalls.h"

/* One walk along the program's list of pieces. */
struct pieces {
    const struct iovec *list; /* the program's */
    word count, next;
    struct iovec piece; /* the current one, what is left of it */
};

/* Is there a byte to come? 1, 0, or -EFAULT. */
static int has_more(struct pieces *pieces)
{
    while (pieces->piece.length == 0 && pieces->next < pieces->count) {
        if (copy_from_user(&pieces->piece, &pieces->list[pieces->next], sizeof pieces->piece))
            return -EFAULT;
        pieces->next++;
    }
    return pieces->piece.length > 0;
}

static void advance(struct pieces *pieces, word n)
{
    pieces->piece.base += n;
    pieces->piece.length -= n;
}

static word smaller(word a, word b)
{
    return a < b ? a : b;
}

/* As much as lies in one page of the other's and one piece of ours; 0: one of the two is not there. */
static word copy_some(struct mm *mm, const struct iovec *from, const struct iovec *to)
{
    word offset = from->base % PAGE_SIZE;
    word n = smaller(smaller(from->length, to->length), PAGE_SIZE - offset);
    struct page *page = from->base < TASK_SIZE ? get_user_page(mm, from->base, 0) : NULL;
    if (!page)
        return 0;
    word left = copy_to_user((void *)to->base, (uint8_t *)page_address(page) + offset, n);
    put_user_page(page);
    return n - left;
}

/* Where it cannot go on it ends, with what was done so far; only if that is nothing, with an error. */
static long copy_all(struct mm *mm, struct pieces *ours, struct pieces *theirs)
{
    word done = 0;
    for (;;) {
        int more = has_more(ours), more_there = more > 0 ? has_more(theirs) : 0;
        if (more < 0 || more_there < 0)
            return done ? (long)done : -EFAULT;
        if (!more || !more_there)
            return (long)done;
        word moved = copy_some(mm, &theirs->piece, &ours->piece);
        done += moved;
        if (moved == 0)
            return done ? (long)done : -EFAULT;
        advance(ours, moved);
        advance(theirs, moved);
    }
}

/* As for ptrace: root, or a process of the same user. */
static bool may_read(const struct task *task)
{
    return current->euid == 0 || (current->uid == task->uid && current->uid == task->euid);
}

long sys_process_vm_readv(int pid, const struct iovec *ours, word our_count,
                          const struct iovec *theirs, word their_count, word flags)
{
    struct pieces to = {.list = ours, .count = our_count},
                  from = {.list = theirs, .count = their_count};
    if (flags != 0 || our_count > UIO_MAXIOV || their_count > UIO_MAXIOV)
        return -EINVAL;
    struct task *task = find_task(pid);
    if (!task || !task->mm)
        return -ESRCH;
    if (!may_read(task))
        return -EPERM;
    struct mm *mm = task->mm;
    mm_get(mm); /* the copy may sleep, and the other end meanwhile */
    long result = copy_all(mm, &to, &from);
    mm_put(mm);
    return result;
}
