/* The teaching calls: the kernel's doors to user memory, opened one by one from a program. */
#include "abi/lab.h"

#include "abi/errno.h"
#include "boot/options.h"
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/swap.h"
#include "mm/uaccess.h"
#include "trap/syscalls.h"
#include "task/task.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

#define RED_ZONE 64
#define RED 0xA5
#define NAIVE_SHOWN 16 /* bytes of a naive copy that are told */

/* What a copy of up to LAB_BUFFER_SIZE bytes may touch, between bytes that it must not. */
static struct {
    uint8_t below[RED_ZONE];
    uint8_t buffer[LAB_BUFFER_SIZE];
    uint8_t above[RED_ZONE];
} lab __attribute__((aligned(16)));
static const char secret[] = "K-SECRET";
static struct kernel_counters before;
static word minor_before, major_before;

static void arm(void)
{
    memset(lab.below, RED, RED_ZONE);
    memset(lab.above, RED, RED_ZONE);
    before = counters;
    minor_before = current->mm->minor_faults;
    major_before = current->mm->major_faults;
}

static struct kernel_counters since(const struct kernel_counters *start)
{
    return (struct kernel_counters){
        counters.page_faults - start->page_faults, counters.fixups - start->fixups,
        counters.softwalks - start->softwalks,     counters.kmaps - start->kmaps,
        counters.soft_faults - start->soft_faults, 0,
    };
}

/* The counts of the last call, and whether it kept to its buffer. */
static struct kernel_counters last;
static word last_minor_faults, last_major_faults;
static void disarm(void)
{
    last = since(&before);
    last_minor_faults = current->mm->minor_faults - minor_before;
    last_major_faults = current->mm->major_faults - major_before;
    for (unsigned i = 0; i < RED_ZONE; i++)
        if (lab.below[i] != RED || lab.above[i] != RED)
            panic("a copy left the lab buffer at byte %u of its red zone", i);
}

/* Where nothing faults, the bytes alone tell whose memory it was. */
static void tell_of_naive_copy(const uint8_t *bytes, word n)
{
    static const char rule[] = "naive_dereference";
    static const char before[] = "the kernel uses the number as it is, through its own DS, and finds \"", after[] = "\"";
    char text[sizeof before + NAIVE_SHOWN + sizeof after];
    word shown = n < NAIVE_SHOWN ? n : NAIVE_SHOWN, length = sizeof before - 1;
    memcpy(text, before, length);
    for (word i = 0; i < shown; i++)
        text[length++] = bytes[i] >= ' ' && bytes[i] < 0x7F ? (char)bytes[i] : '.';
    memcpy(text + length, after, sizeof after - 1);
    trace(TP_LINT, (word)rule, sizeof rule - 1, (word)text, length + sizeof after - 1, 0);
}

/* The bug that all of this is there to prevent: use the program's number as a pointer of the
   kernel's. */
static word naive_copy(void *to, const void *from, word n)
{
    memcpy(to, from, n);
    return 0;
}

static long peek(const void *pointer, word n, word how)
{
    uint32_t value;
    word left;
    switch (how) {
    case LAB_NAIVE:
        left = naive_copy(lab.buffer, pointer, n);
        tell_of_naive_copy(lab.buffer, n);
        return (long)left;
    case LAB_COPY:
        return (long)copy_from_user(lab.buffer, pointer, n);
    case LAB_WORD:
        left = (word)get_user(&value, pointer);
        memcpy(lab.buffer, &value, sizeof value); /* after a failure too: it must be 0 then */
        return (long)left;
    case LAB_UNCHECKED:
        return (long)__copy_from_user(lab.buffer, pointer, n);
    case LAB_STRING:
        return strncpy_from_user((char *)lab.buffer, pointer, (long)n);
    case LAB_ATOMIC:
        pagefault_disable();
        left = copy_from_user(lab.buffer, pointer, n);
        pagefault_enable();
        return (long)left;
    case LAB_CALL:
        return ((long (*)(void))pointer)();
    default:
        return -EINVAL;
    }
}

static long poke(void *pointer, word n, word how)
{
    uint32_t value;
    word left;
    switch (how) {
    case LAB_NAIVE:
        return (long)naive_copy(pointer, lab.buffer, n);
    case LAB_COPY:
        return (long)copy_to_user(pointer, lab.buffer, n);
    case LAB_WORD:
        memcpy(&value, lab.buffer, sizeof value);
        return put_user(value, pointer);
    case LAB_UNCHECKED:
        return (long)__copy_to_user(pointer, lab.buffer, n);
    case LAB_STRING:
        return (long)clear_user(pointer, n);
    case LAB_ATOMIC:
        pagefault_disable();
        left = copy_to_user(pointer, lab.buffer, n);
        pagefault_enable();
        return (long)left;
    default:
        return -EINVAL;
    }
}

/* The buffer has its size, but a 64-bit kernel's copy itself must refuse what nobody copies. */
static bool is_begun(word n, word how)
{
#ifdef __x86_64__
    if (how == LAB_COPY && n > 0x7FFFFFFF && options.bug != bug_naive_deref)
        return true;
#else
    (void)how;
#endif
    return n <= LAB_BUFFER_SIZE;
}

long sys_lab_peek(const void *pointer, word n, word how)
{
    if (!is_begun(n, how))
        return -EINVAL;
    arm();
    long result = peek(pointer, n, how);
    disarm();
    return result;
}

long sys_lab_poke(void *pointer, word n, word how)
{
    if (!is_begun(n, how))
        return -EINVAL;
    arm();
    long result = poke(pointer, n, how);
    disarm();
    return result;
}

long sys_lab_stat(void *to, word n)
{
    const struct mm *mm = current->mm;
    struct lab_stat stat = {
        .size = sizeof stat,
        .task_size = TASK_SIZE,
        .page_offset = PAGE_OFFSET,
        .secret = (word)secret,
        .buffer = (word)lab.buffer,
        .frames_total = frames_total(),
        .frames_free = frames_free(),
        .minor_faults = mm->minor_faults,
        .major_faults = mm->major_faults,
        .resident = mm->resident,
        .vmas = mm->vma_count,
        .page_faults = counters.page_faults,
        .fixups = counters.fixups,
        .softwalks = counters.softwalks,
        .kmaps = counters.kmaps,
        .soft_faults = counters.soft_faults,
        .last_page_faults = last.page_faults,
        .last_fixups = last.fixups,
        .last_softwalks = last.softwalks,
        .last_kmaps = last.kmaps,
        .last_soft_faults = last.soft_faults,
        .last_minor_faults = last_minor_faults,
        .last_major_faults = last_major_faults,
        .swapped = mm->swapped,
        .frames_heap = kmalloc_frames(),
        .frames_cached = filemap_frames(),
        .swap_slots = swap_counters.slots ? swap_counters.slots - 1 : 0,
        .swap_slots_free = swap_counters.free,
        .pswpin = swap_counters.in,
        .pswpout = swap_counters.out,
        .kernel_hits = counters.kernel_hits,
    };
    word part = n < sizeof stat ? n : sizeof stat;
    return copy_to_user(to, &stat, part) ? -EFAULT : (long)part;
}
