/* User memory under 3G/1G: it is there, under the same page directory, at the address the
   program named. So reaching it takes no more than a range check (is it the user's part?) and an
   instruction that is allowed to fault (is it there?): the page fault handler either brings the
   page or sends us to the fixup. */
#include "mm/uaccess.h"

#include "abi/errno.h"
#include "user_access.h"
#include "boot/options.h"
#include "trap/extable.h"
#include "task/preempt.h"
#include "task/task.h"
#include "trap/tracepoint.h"

/* Only the name remembers that this was a segment register once. */
word get_fs(void)
{
    return current->addr_limit == TASK_SIZE ? USER_DS : KERNEL_DS;
}

void set_fs(word selector)
{
    current->addr_limit = selector == KERNEL_DS ? (word)-1 : TASK_SIZE;
}

/* pointer + n must not pass the limit, and the sum must be made with 33 bits: it may carry. */
static bool access_ok(const void *pointer, word n)
{
    uint64_t end = (uint64_t)(word)pointer + n;
    if (options.bug == bug_missing_access_ok)
        return true;
    if (options.bug == bug_missing_carry)
        end = (word)end;
    bool ok = end <= current->addr_limit;
    trace(TP_ACCESS_OK, (word)pointer, n, current->addr_limit, ok, 0);
    preemption_point("user_copy");
    return ok;
}

/* Linux 2.4's loop: words first, then the last bytes. When a word's MOVS faults, ECX counts the
   words that are left, and the fixup makes bytes of them. Returns the number of bytes not
   copied. */
static word copy_user(void *to, const void *from, word n)
{
    word left = n / 4, tail = n & 3;
    user_access_begin();
    __asm__ volatile("1: rep movsl\n"
                     "   movl %[tail], %%ecx\n"
                     "2: rep movsb\n"
                     "3:\n"
                     FIXUP_BEGIN
                     "4: leal (%[tail], %%ecx, 4), %%ecx\n"
                     "   jmp 3b\n"
                     FIXUP_END
                     EXTABLE("1b", "4b")
                     EXTABLE("2b", "3b")
                     : "+c"(left), "+D"(to), "+S"(from)
                     : [tail] "r"(tail)
                     : "memory");
    user_access_end();
    return left;
}

static word from_user_unchecked(void *to, const void *from, word n)
{
    word left = copy_user(to, from, n);
    memset((uint8_t *)to + (n - left), 0, left); /* never let the caller read old kernel memory */
    return left;
}

word __copy_from_user(void *to, const void *from, word n)
{
    word left = from_user_unchecked(to, from, n);
    trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, left);
    return left;
}

word __copy_to_user(void *to, const void *from, word n)
{
    word left = copy_user(to, from, n);
    trace(TP_COPY, TP_TO_USER, (word)to, (word)from, n, left);
    return left;
}

word copy_from_user(void *to, const void *from, word n)
{
    if (options.bug == bug_naive_deref) {
        memcpy(to, from, n); /* as if the number were a pointer of ours */
        trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, 0);
        return 0;
    }
    if (access_ok(from, n))
        return __copy_from_user(to, from, n);
    memset(to, 0, n);
    trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, n);
    return n;
}

word copy_to_user(void *to, const void *from, word n)
{
    if (access_ok(to, n))
        return __copy_to_user(to, from, n);
    trace(TP_COPY, TP_TO_USER, (word)to, (word)from, n, n);
    return n;
}

word clear_user(void *to, word n)
{
    word left = n;
    void *at = to;
    if (access_ok(to, n)) {
        user_access_begin();
        __asm__ volatile("1: rep stosb\n"
                         "2:\n"
                         EXTABLE("1b", "2b")
                         : "+c"(left), "+D"(at)
                         : "a"(0)
                         : "memory");
        user_access_end();
    }
    trace(TP_COPY, TP_CLEAR, (word)to, 0, n, left);
    return left;
}

int get_user(uint32_t *value, const void *from)
{
    int error = -EFAULT;
    uint32_t got = 0;
    if (access_ok(from, sizeof got)) {
        user_access_begin();
        __asm__ volatile("1: movl (%[from]), %[got]\n"
                         "   xorl %[error], %[error]\n"
                         "2:\n"
                         EXTABLE("1b", "2b")
                         : [got] "+&r"(got), [error] "+&r"(error)
                         : [from] "r"(from)
                         : "memory");
        user_access_end();
    }
    *value = got;
    trace(TP_COPY, TP_GET, (word)from, (word)value, sizeof got, error ? sizeof got : 0);
    return error;
}

int put_user(uint32_t value, void *to)
{
    int error = -EFAULT;
    if (access_ok(to, sizeof value)) {
        user_access_begin();
        __asm__ volatile("1: movl %[value], (%[to])\n"
                         "   xorl %[error], %[error]\n"
                         "2:\n"
                         EXTABLE("1b", "2b")
                         : [error] "+&r"(error)
                         : [value] "r"(value), [to] "r"(to)
                         : "memory");
        user_access_end();
    }
    trace(TP_COPY, TP_PUT, (word)to, (word)&value, sizeof value, error ? sizeof value : 0);
    return error;
}

/* One byte, or -1. */
static int get_byte(const char *from)
{
    int byte = -1;
    user_access_begin();
    __asm__ volatile("1: movzbl (%[from]), %[byte]\n"
                     "2:\n"
                     EXTABLE("1b", "2b")
                     : [byte] "+&r"(byte)
                     : [from] "r"(from)
                     : "memory");
    user_access_end();
    return byte;
}

/* How far the string may go is not known before it has been read; the limit is where it may not
   go. */
long strncpy_from_user(char *to, const char *from, long n)
{
    word room = current->addr_limit - (word)from;
    long length = access_ok(from, 1) && n > 0 ? 0 : -EFAULT;
    while (length >= 0 && length < n) {
        int byte = (word)length < room ? get_byte(from + length) : -1;
        if (byte < 0)
            length = -EFAULT;
        else if ((to[length] = (char)byte) == 0)
            break;
        else
            length++;
    }
    long moved = length < 0 ? 0 : length < n ? length + 1 : n; /* the zero that ends it too */
    trace(TP_COPY, TP_STRNCPY, (word)from, (word)to, (word)(length < 0 ? n : moved), length < 0 ? (word)n : 0);
    return length;
}
