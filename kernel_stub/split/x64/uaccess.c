/* User memory on x86-64: it is there, at the address the program named. Reaching it takes a range check and an instruction that is
   allowed to fault; the page fault handler brings the page or sends us to the fixup. Under page-table isolation too: the kernel's
   root has the program's pages, though nothing of them can be executed.

   A number need not be an address at all: one that is not canonical is no page fault but a #GP, which names no address. Whether
   one comes so far is the range check's choice; the exception table has an answer to both. */
#include "mm/uaccess.h"

#include "abi/errno.h"
#include "boot/options.h"
#include "segments.h"
#include "task/preempt.h"
#include "task/task.h"
#include "trap/extable.h"
#include "trap/tracepoint.h"
#include "user_access.h"

/* Only the name remembers that this was a segment register once. */
word get_fs(void)
{
    return current->addr_limit == TASK_SIZE ? USER_DS : KERNEL_DS;
}

void set_fs(word selector)
{
    current->addr_limit = selector == KERNEL_DS ? (word)-1 : TASK_SIZE;
}

/* pointer + n must not pass the limit, and the sum may carry: it would take 65 bits. */
static bool range_is_below_limit(word pointer, word n)
{
    word end;
    bool carry = __builtin_add_overflow(pointer, n, &end);
    if (options.bug == bug_missing_carry)
        carry = false;
    return !carry && end <= current->addr_limit;
}

/* Linux since 6.4: below the hole or above it, that is all. What lies in the hole, or in the guard page, the CPU refuses. */
static bool range_has_no_sign(word pointer, word n)
{
    word end;
    return !__builtin_add_overflow(pointer, n, &end) && (long)pointer >= 0 && (long)end >= 0;
}

static bool is_allowed(const void *pointer, word n)
{
    if (options.access_ok == ACCESS_OK_LIMIT || current->addr_limit != TASK_SIZE)
        return range_is_below_limit((word)pointer, n);
    return options.access_ok == ACCESS_OK_MASK || range_has_no_sign((word)pointer, n);
}

/* What the range was held against: half of all addresses where the sign is asked, none where nothing is. */
static word limit_asked(void)
{
    if (options.access_ok == ACCESS_OK_LIMIT || current->addr_limit != TASK_SIZE)
        return current->addr_limit;
    return options.access_ok == ACCESS_OK_MASK ? (word)-1 : (word)1 << 63;
}

bool user_range_ok(const void *pointer, word n)
{
    bool ok = options.bug == bug_missing_access_ok || is_allowed(pointer, n);
    if (!ok)
        trace(TP_ACCESS_OK, (word)pointer, n, limit_asked(), ok, 0);
    return ok;
}

static bool access_ok(const void *pointer, word n)
{
    if (options.bug == bug_missing_access_ok)
        return true;
    bool ok = is_allowed(pointer, n);
    trace(TP_ACCESS_OK, (word)pointer, n, limit_asked(), ok, 0);
    preemption_point("user_copy");
    return ok;
}

/* Nothing is asked, but a number of the kernel's becomes all ones, where nothing is: a branch that is not there cannot be
   predicted wrongly. Linux since 6.4, for single values. */
static void *masked(const void *pointer)
{
    word address = (word)pointer;
    if (options.access_ok == ACCESS_OK_MASK && current->addr_limit == TASK_SIZE)
        address |= (word)((long)address >> 63);
    return (void *)address;
}

/* Nobody copies so much: a length that was negative once, or one that the caller had from a program and did not look at. Linux warns
   since 5.5. Nothing is zeroed: who knows how large the buffer is. */
#define LARGEST_COPY 0x7FFFFFFFu
static word refuse_length(enum tp_copy how, word user, word kernel, word n)
{
    static const char rule[] = "copy-length", text[] = "A user copy of more than 2 GB: its caller did not bound the length";
    trace(TP_LINT, (word)rule, sizeof rule - 1, (word)text, sizeof text - 1, 0);
    trace(TP_COPY, how, user, kernel, n, n);
    return n;
}

/* One instruction, byte by byte: when it faults, RCX is exactly what is left. */
static word copy_user(void *to, const void *from, word n)
{
    word left = n;
    user_access_begin();
    __asm__ volatile("1: rep movsb\n"
                     "2:\n"
                     EXTABLE("1b", "2b")
                     : "+c"(left), "+D"(to), "+S"(from)
                     :
                     : "memory");
    user_access_end();
    return left;
}

word __copy_from_user(void *to, const void *from, word n)
{
    word left = copy_user(to, masked(from), n);
    memset((uint8_t *)to + (n - left), 0, left); /* never let the caller read old kernel memory */
    trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, left);
    return left;
}

word __copy_to_user(void *to, const void *from, word n)
{
    word left = copy_user(masked(to), from, n);
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
    if (n > LARGEST_COPY)
        return refuse_length(TP_FROM_USER, (word)from, (word)to, n);
    if (access_ok(from, n))
        return __copy_from_user(to, from, n);
    memset(to, 0, n);
    trace(TP_COPY, TP_FROM_USER, (word)from, (word)to, n, n);
    return n;
}

word copy_to_user(void *to, const void *from, word n)
{
    if (n > LARGEST_COPY)
        return refuse_length(TP_TO_USER, (word)to, (word)from, n);
    if (access_ok(to, n))
        return __copy_to_user(to, from, n);
    trace(TP_COPY, TP_TO_USER, (word)to, (word)from, n, n);
    return n;
}

word clear_user(void *to, word n)
{
    word left = n;
    void *at = masked(to);
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

/* One load or store of a user's value: 0, or -EFAULT. */
#define LOAD(instruction, into, pointer)                                                                                          \
    ({                                                                                                                           \
        int error_ = -EFAULT;                                                                                                    \
        if (access_ok(pointer, sizeof(into))) {                                                                                    \
            user_access_begin();                                                                                                 \
            __asm__ volatile("1: " instruction " (%[from]), %[value]\n"                                                          \
                             "   xorl %[error], %[error]\n"                                                                      \
                             "2:\n" EXTABLE("1b", "2b")                                                                          \
                             : [value] "+&r"(into), [error] "+&r"(error_)                                                       \
                             : [from] "r"(masked(pointer))                                                                          \
                             : "memory");                                                                                        \
            user_access_end();                                                                                                   \
        }                                                                                                                        \
        error_;                                                                                                                  \
    })
#define STORE(instruction, what, pointer)                                                                                           \
    ({                                                                                                                           \
        int error_ = -EFAULT;                                                                                                    \
        if (access_ok(pointer, sizeof(what))) {                                                                                      \
            user_access_begin();                                                                                                 \
            __asm__ volatile("1: " instruction " %[value], (%[to])\n"                                                            \
                             "   xorl %[error], %[error]\n"                                                                      \
                             "2:\n" EXTABLE("1b", "2b")                                                                          \
                             : [error] "+&r"(error_)                                                                             \
                             : [value] "r"(what), [to] "r"(masked(pointer))                                                          \
                             : "memory");                                                                                        \
            user_access_end();                                                                                                   \
        }                                                                                                                        \
        error_;                                                                                                                  \
    })

int get_user(uint32_t *value, const void *from)
{
    uint32_t got = 0;
    int error = LOAD("movl", got, from);
    *value = got;
    trace(TP_COPY, TP_GET, (word)from, (word)value, sizeof got, error ? sizeof got : 0);
    return error;
}

int get_user_word(word *value, const void *from)
{
    word got = 0;
    int error = LOAD("movq", got, from);
    *value = got;
    trace(TP_COPY, TP_GET, (word)from, (word)value, sizeof got, error ? sizeof got : 0);
    return error;
}

int put_user(uint32_t value, void *to)
{
    int error = STORE("movl", value, to);
    trace(TP_COPY, TP_PUT, (word)to, (word)&value, sizeof value, error ? sizeof value : 0);
    return error;
}

int put_user_word(word value, void *to)
{
    int error = STORE("movq", value, to);
    trace(TP_COPY, TP_PUT, (word)to, (word)&value, sizeof value, error ? sizeof value : 0);
    return error;
}

/* One byte, or -1. */
static int get_byte(const char *from)
{
    int byte = -1;
    user_access_begin();
    __asm__ volatile("1: movzbl (%[from]), %[byte]\n"
                     "2:\n" EXTABLE("1b", "2b")
                     : [byte] "+&r"(byte)
                     : [from] "r"(masked(from))
                     : "memory");
    user_access_end();
    return byte;
}

/* How far the string may go is not known before it has been read; the limit is where it may not go. */
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
