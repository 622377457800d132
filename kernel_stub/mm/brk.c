/* brk: the end of the heap. */
#include "mm/mm.h"
#include "trap/syscalls.h"
#include "task/task.h"

/* Move the end. The result is where it ends now: unchanged, if the wish could not be granted. A page stays free above it: who
   runs over the heap's end is not to meet something else. */
long sys_brk(word wish)
{
    struct mm *mm = current->mm;
    if (wish < mm->start_brk || wish > TASK_SIZE_OF(mm) - STACK_LIMIT)
        return (long)mm->brk;
    word old_end = PAGE_UP(mm->brk), new_end = PAGE_UP(wish);
    if (new_end < old_end) {
        if (do_munmap(mm, new_end, old_end - new_end))
            return (long)mm->brk;
    } else if (new_end > old_end) {
        if (!range_is_free(mm, old_end, new_end + PAGE_SIZE) ||
            vma_insert(mm, old_end, new_end, VM_ANON | VM_HEAP, NULL, 0))
            return (long)mm->brk;
    }
    mm->brk = wish;
    return (long)mm->brk;
}
