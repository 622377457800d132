/* User memory under 4G/4G: the kernel's page directory does not have it. For every page: look
   the address up in the program's page tables by software, fault it in if it is not there, show
   its frame to ourselves in a kmap slot, and copy. No exception is ever taken, and kernel memory
   cannot be named at all, so nothing need be checked first. */
#include "mm/uaccess.h"

#include "abi/errno.h"
#include "boot/options.h"
#include "mm/mm.h"
#include "split/window.h"
#include "task/preempt.h"
#include "task/task.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

/* Only the name remembers that this was a segment register once. */
word get_fs(void)
{
    return current->addr_limit == TASK_SIZE ? USER_DS : KERNEL_DS;
}

void set_fs(word selector)
{
    current->addr_limit = selector == KERNEL_DS ? (word)-1 : TASK_SIZE;
}

/* The byte at a user address, seen through the window; good to the end of its page. NULL: the
   program may not. The kernel's own memory is before its eyes. */
static void *user_byte(word address, bool write)
{
    if (get_fs() == KERNEL_DS)
        return (void *)address;
    if (address >= current->addr_limit && options.bug != bug_missing_access_ok)
        return NULL;
    pte_t pte = soft_walk(address, write);
    while (!pte) {
        counters.soft_faults++;
        if (pagefaults_are_disabled() ||
            fault_in(current->mm, address, write ? FAULT_WRITE : 0, FAULT_ANY_STACK) != FAULT_DONE)
            return NULL;
        pte = soft_walk(address, write);
    }
    counters.kmaps++;
    uint8_t *page = kmap(KM_USER_COPY, pte);
    trace(TP_KMAP, KM_USER_COPY, (word)page, pte & PAGE_MASK, 0, 0);
    return page + address % PAGE_SIZE;
}

/* How many of n bytes lie in the page of address. */
static word in_this_page(word address, word n)
{
    word room = PAGE_SIZE - address % PAGE_SIZE;
    return room < n ? room : n;
}

static word read_user(void *to, word from, word n)
{
    uint8_t *at = to;
    preemption_point("user_copy");
    while (n > 0) {
        const void *page = user_byte(from, false);
        if (!page)
            break;
        word part = in_this_page(from, n);
        memcpy(at, page, part);
        at += part;
        from += part;
        n -= part;
    }
    return n;
}

/* from NULL: write zeros. */
static word write_user(word to, const void *from, word n)
{
    const uint8_t *at = from;
    preemption_point("user_copy");
    while (n > 0) {
        void *page = user_byte(to, true);
        if (!page)
            break;
        word part = in_this_page(to, n);
        if (from) {
            memcpy(page, at, part);
            at += part;
        } else {
            memset(page, 0, part);
        }
        to += part;
        n -= part;
    }
    return n;
}

word copy_from_user(void *to, const void *from, word n)
{
    if (options.bug == bug_naive_deref) {
        memcpy(to, from, n); /* as if the number were a pointer of ours */
        trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, 0);
        return 0;
    }
    word left = read_user(to, (word)from, n);
    memset((uint8_t *)to + (n - left), 0, left); /* never let the caller read old kernel memory */
    trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, left);
    return left;
}

word copy_to_user(void *to, const void *from, word n)
{
    word left = write_user((word)to, from, n);
    trace(TP_COPY, TP_TO_USER, (word)to, (word)from, n, left);
    return left;
}

word __copy_from_user(void *to, const void *from, word n)
{
    return copy_from_user(to, from, n);
}

word __copy_to_user(void *to, const void *from, word n)
{
    return copy_to_user(to, from, n);
}

word clear_user(void *to, word n)
{
    word left = write_user((word)to, NULL, n);
    trace(TP_COPY, TP_CLEAR, (word)to, 0, n, left);
    return left;
}

int get_user(uint32_t *value, const void *from)
{
    *value = 0;
    word left = read_user(value, (word)from, sizeof *value);
    if (left && options.bug != bug_historical_get_user) /* RHEL 4's left what it had of the first page */
        *value = 0;
    trace(TP_COPY, TP_GET, (word)from, (word)value, sizeof *value, left);
    return left ? -EFAULT : 0;
}

int put_user(uint32_t value, void *to)
{
    word left = write_user((word)to, &value, sizeof value);
    trace(TP_COPY, TP_PUT, (word)to, (word)&value, sizeof value, left);
    return left ? -EFAULT : 0;
}

/* Page by page, each only up to the string's end: the page behind it may not be the program's. */
long strncpy_from_user(char *to, const char *from, long n)
{
    long length = n > 0 ? 0 : -EFAULT;
    bool ended = false;
    while (length >= 0 && length < n && !ended) {
        word address = (word)from + (word)length;
        const char *page = user_byte(address, false);
        word part = page ? in_this_page(address, (word)(n - length)) : 0;
        if (!page)
            length = -EFAULT;
        for (word i = 0; i < part && !ended; i++) {
            to[length] = page[i];
            ended = page[i] == 0;
            length += !ended;
        }
    }
    long moved = length < 0 ? 0 : length < n ? length + 1 : n; /* the zero that ends it too */
    trace(TP_COPY, TP_STRNCPY, (word)from, (word)to, (word)(length < 0 ? n : moved), length < 0 ? (word)n : 0);
    return length;
}
