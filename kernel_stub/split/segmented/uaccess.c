/* User memory when the kernel has segments of its own. A number from a program means nothing under DS;
   the program's memory is behind FS. So there is no way to forget where a pointer comes from, and no
   exception table either: whether the memory is there and allows the access is asked first, of the list
   of VMAs (verify_area), and then the copy must not fail. What goes wrong in it nevertheless is a bug of
   the kernel's, and an oops. The loops are those of Linux 2.0. */
#include "mm/uaccess.h"

#include "abi/errno.h"
#include "boot/options.h"
#include "mm/mm.h"
#include "task/preempt.h"
#include "task/task.h"
#include "trap/tracepoint.h"

word get_fs(void)
{
    word selector;
    __asm__ volatile("movl %%fs, %0" : "=r"(selector));
    return selector & 0xFFFF;
}

/* Beside the register the task remembers it, for the time when another task has the CPU. */
void set_fs(word selector)
{
    current->addr_limit = selector == KERNEL_DS ? (word)-1 : TASK_SIZE;
    __asm__ volatile("movl %0, %%fs" : : "r"(selector));
}

/* A 386, or a CPU with CR0.WP clear, lets ring 0 write to read-only pages: a page that is shared until
   somebody writes must be copied before the kernel does. */
static bool break_sharing(word start, word n)
{
    for (word page = PAGE_DOWN(start); page <= PAGE_DOWN(start + n - 1); page += PAGE_SIZE) {
        const pte_t *pte = pte_find(current->mm, page);
        bool shared = pte && (*pte & (PTE_P | PTE_W)) == PTE_P;
        if (shared && fault_in(current->mm, page, FAULT_WRITE, FAULT_ANY_STACK) != FAULT_DONE)
            return false;
    }
    return true;
}

/* How many of n bytes from start on lie in areas, one directly after the other, that all have the
   right. The stack grows for the kernel as it would for the program. */
static word allowed(word start, word n, uint32_t right)
{
    struct vma *vma = find_vma(current->mm, start);
    if (vma && start < vma->start)
        vma = stack_grow(current->mm, vma, start, FAULT_ANY_STACK) ? vma : NULL;
    word at = start;
    while (vma && vma->start <= at && (vma->flags & right)) {
        if (vma->end - start >= n)
            return n;
        at = vma->end;
        vma = vma->next;
    }
    return at - start;
}

/* The question that comes before every copy. Nothing is nowhere, so it may be everywhere; and the
   kernel, when FS is its own, is not asked. */
static bool verify_area(const void *pointer, word n, uint32_t right)
{
    word start = (word)pointer;
    if (options.bug == bug_missing_access_ok)
        return true;
    bool ok = n == 0 || get_fs() == KERNEL_DS || allowed(start, n, right) == n;
    if (ok && n > 0 && right == VM_WRITE && !options.wp)
        ok = break_sharing(start, n);
    trace(TP_ACCESS_OK, start, n, 0, ok, 0);
    preemption_point("user_copy");
    return ok;
}

/* How a block is cut: single bytes until the destination is aligned, words, the bytes that are left. */
struct parts {
    word head, words, tail;
};

static struct parts cut(const void *to, word n)
{
    word head = n > 3 ? -(word)to & 3 : 0;
    return (struct parts){head, (n - head) / 4, (n - head) & 3};
}

/* DS is the kernel's, where the bytes go is ES; the prefix makes the source FS. */
static void memcpy_fromfs(void *to, const void *from, word n)
{
    struct parts parts = cut(to, n);
    __asm__ volatile("rep movsb %%fs:(%%esi), %%es:(%%edi)\n"
                     "movl %[words], %%ecx\n"
                     "rep movsl %%fs:(%%esi), %%es:(%%edi)\n"
                     "movl %[tail], %%ecx\n"
                     "rep movsb %%fs:(%%esi), %%es:(%%edi)\n"
                     : "+D"(to), "+S"(from), "+c"(parts.head)
                     : [words] "rm"(parts.words), [tail] "rm"(parts.tail)
                     : "memory");
}

/* The destination of MOVS is ES, whatever the prefix: so ES becomes FS for the time of the copy. */
static void memcpy_tofs(void *to, const void *from, word n)
{
    struct parts parts = cut(to, n);
    __asm__ volatile("pushl %%es\n"
                     "pushl %%fs\n"
                     "popl %%es\n"
                     "rep movsb\n"
                     "movl %[words], %%ecx\n"
                     "rep movsl\n"
                     "movl %[tail], %%ecx\n"
                     "rep movsb\n"
                     "popl %%es\n"
                     : "+D"(to), "+S"(from), "+c"(parts.head)
                     : [words] "r"(parts.words), [tail] "r"(parts.tail)
                     : "memory");
}

static void memset_fs(void *to, word n)
{
    __asm__ volatile("pushl %%es\n"
                     "pushl %%fs\n"
                     "popl %%es\n"
                     "rep stosb\n"
                     "popl %%es\n"
                     : "+D"(to), "+c"(n)
                     : "a"(0)
                     : "memory");
}

word __copy_from_user(void *to, const void *from, word n)
{
    memcpy_fromfs(to, from, n);
    trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, 0);
    return 0;
}

word __copy_to_user(void *to, const void *from, word n)
{
    memcpy_tofs(to, from, n);
    trace(TP_COPY, TP_TO_USER, (word)to, (word)from, n, 0);
    return 0;
}

word copy_from_user(void *to, const void *from, word n)
{
    if (options.bug == bug_naive_deref) {
        memcpy(to, from, n); /* as if the number were a pointer of ours */
        trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, 0);
        return 0;
    }
    if (verify_area(from, n, VM_READ))
        return __copy_from_user(to, from, n);
    memset(to, 0, n); /* never let the caller read old kernel memory */
    trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, n);
    return n;
}

word copy_to_user(void *to, const void *from, word n)
{
    if (verify_area(to, n, VM_WRITE))
        return __copy_to_user(to, from, n);
    trace(TP_COPY, TP_TO_USER, (word)to, (word)from, n, n);
    return n;
}

word clear_user(void *to, word n)
{
    word left = verify_area(to, n, VM_WRITE) ? 0 : n;
    if (left == 0)
        memset_fs(to, n);
    trace(TP_COPY, TP_CLEAR, (word)to, 0, n, left);
    return left;
}

int get_user(uint32_t *value, const void *from)
{
    bool ok = verify_area(from, sizeof *value, VM_READ);
    uint32_t got = 0;
    if (ok)
        __asm__ volatile("movl %%fs:(%1), %0" : "=r"(got) : "r"(from) : "memory");
    *value = got;
    trace(TP_COPY, TP_GET, (word)from, (word)value, sizeof got, ok ? 0 : sizeof got);
    return ok ? 0 : -EFAULT;
}

int put_user(uint32_t value, void *to)
{
    bool ok = verify_area(to, sizeof value, VM_WRITE);
    if (ok)
        __asm__ volatile("movl %0, %%fs:(%1)" : : "r"(value), "r"(to) : "memory");
    trace(TP_COPY, TP_PUT, (word)to, (word)&value, sizeof value, ok ? 0 : sizeof value);
    return ok ? 0 : -EFAULT;
}

static char get_fs_byte(const char *from)
{
    char byte;
    __asm__ volatile("movb %%fs:(%1), %0" : "=q"(byte) : "r"(from) : "memory");
    return byte;
}

/* A string ends nobody knows where. It is read as far as the areas go, and then it must have ended. */
long strncpy_from_user(char *to, const char *from, long n)
{
    long room = n > 0 ? (long)allowed((word)from, (word)n, VM_READ) : 0;
    long length = room > 0 ? 0 : -EFAULT;
    while (length >= 0 && length < n) {
        if (length == room)
            length = -EFAULT;
        else if ((to[length] = get_fs_byte(from + length)) == 0)
            break;
        else
            length++;
    }
    long moved = length < 0 ? 0 : length < n ? length + 1 : n; /* the zero that ends it too */
    trace(TP_COPY, TP_STRNCPY, (word)from, (word)to, (word)(length < 0 ? n : moved), length < 0 ? (word)n : 0);
    return length;
}
