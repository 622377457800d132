#include "fs/new_stack.h"

#include "abi/errno.h"
#include "layout.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

#ifdef __x86_64__
#define TOP(stack) ((stack)->top)
#define WORD(stack) ((word)(stack)->word_size)
#else
#define TOP(stack) TASK_SIZE
#define WORD(stack) sizeof(word)
#endif

/* The byte at an address of the new stack, in a frame that is taken for it if there is none yet;
   NULL: too low, or no memory. */
static uint8_t *byte_at(struct new_stack *stack, word address)
{
    word index = (TOP(stack) - 1 - address) / PAGE_SIZE;
    if (index >= NEW_STACK_PAGES)
        return NULL;
    if (!stack->frames[index])
        stack->frames[index] = user_frame_alloc();
    if (!stack->frames[index])
        return NULL;
    return (uint8_t *)POINTER(stack->frames[index]) + address % PAGE_SIZE;
}

/* n bytes below what is there already. */
static int push(struct new_stack *stack, const void *bytes, word n)
{
    const uint8_t *from = bytes;
    if (n > NEW_STACK_PAGES * PAGE_SIZE)
        return -E2BIG;
    word to = stack->bottom - n;
    while (n > 0) {
        word room = PAGE_SIZE - to % PAGE_SIZE, part = n < room ? n : room;
        uint8_t *at = byte_at(stack, to);
        if (!at)
            return -E2BIG;
        memcpy(at, from, part);
        to += part;
        from += part;
        n -= part;
    }
    stack->bottom = to - (word)(from - (const uint8_t *)bytes);
    return 0;
}

static int push_word(struct new_stack *stack, word value)
{
    return push(stack, &value, WORD(stack));
}

void new_stack_begin(struct new_stack *stack)
{
    memset(stack, 0, sizeof *stack);
#ifdef __x86_64__
    stack->top = TASK_SIZE;
    stack->word_size = sizeof(word);
#endif
    stack->bottom = TOP(stack) - WORD(stack); /* which is zero, as the frame is */
}

#ifdef __x86_64__
void new_stack_for_i386(struct new_stack *stack)
{
    stack->top = COMPAT_TASK_SIZE;
    stack->word_size = 4;
    stack->bottom = TOP(stack) - WORD(stack);
}
#endif

int new_stack_push_string(struct new_stack *stack, const char *string)
{
    return push(stack, string, strlen(string) + 1);
}

static long count_user_strings(char *const *strings)
{
    word pointer = 0;
    long n = 0;
    while (strings) {
        if (get_user_word(&pointer, strings + n))
            return -EFAULT;
        if (!pointer)
            break;
        n++;
    }
    return n;
}

/* A program's array of strings that ends with NULL, the last one first; no array is an empty one. */
int new_stack_push_user_strings(struct new_stack *stack, char *const *strings, unsigned *count)
{
    long n = count_user_strings(strings);
    char *string = kmalloc(PAGE_SIZE);
    int error = n < 0 ? (int)n : string ? 0 : -ENOMEM;
    if (!error)
        *count = (unsigned)n;
    for (long i = n - 1; i >= 0 && !error; i--) {
        word pointer;
        long length = -EFAULT;
        if (!get_user_word(&pointer, strings + i))
            length = strncpy_from_user(string, (const char *)pointer, PAGE_SIZE);
        if (length < 0)
            error = (int)length;
        else if (length == (long)PAGE_SIZE)
            error = -E2BIG;
        else
            error = push(stack, string, (word)length + 1);
    }
    kfree(string);
    return error;
}

/* The string after the one at address. */
static word next_string(struct new_stack *stack, word address)
{
    while (*byte_at(stack, address))
        address++;
    return address + 1;
}

/* A table of the addresses of n strings, the first of which is at *string, and a 0 behind it. It
   goes to `table`, which was pushed as zeros. */
static word fill_table(struct new_stack *stack, word table, unsigned n, word *string)
{
    for (unsigned i = 0; i < n; i++, table += WORD(stack)) {
#ifdef __x86_64__
        memcpy(byte_at(stack, table), string, WORD(stack));
#else
        *(word *)byte_at(stack, table) = *string;
#endif
        *string = next_string(stack, *string);
    }
    return table + WORD(stack);
}

int new_stack_finish(struct new_stack *stack, const word *vector, unsigned pairs)
{
    word strings = stack->bottom;
    word vector_size = pairs * 2 * WORD(stack);
    word table_words = 1 + stack->argc + 1 + stack->envc + 1;
    word size = table_words * WORD(stack) + vector_size;
    stack->bottom = ((strings - size) & ~(word)15) + size; /* so that the stack pointer is aligned */
#ifdef __x86_64__
    int error = 0;
    for (unsigned i = pairs * 2; i > 0 && !error; i--)
        error = push_word(stack, vector[i - 1]);
#else
    int error = push(stack, vector, vector_size);
#endif
    for (word i = 1; i < table_words && !error; i++)
        error = push_word(stack, 0);
    if (!error)
        error = push_word(stack, stack->argc);
    if (error)
        return error;
    word table = fill_table(stack, stack->bottom + WORD(stack), stack->argc, &strings);
    fill_table(stack, table, stack->envc, &strings);
    return 0;
}

/* The stack's VMA, and the frames as its pages. */
int new_stack_map(struct new_stack *stack, struct mm *mm)
{
    word start = PAGE_DOWN(stack->bottom);
    if (vma_insert(mm, start, TOP(stack), VM_ANON | VM_GROWSDOWN | VM_STACK, NULL, 0) != 0)
        return -ENOMEM;
    for (word i = 0; i < (TOP(stack) - start) / PAGE_SIZE; i++) {
        if (!map_new_page(mm, TOP(stack) - (i + 1) * PAGE_SIZE, stack->frames[i]))
            return -ENOMEM;
        stack->frames[i] = 0; /* the process's now */
    }
    return 0;
}

void new_stack_drop(struct new_stack *stack)
{
    for (unsigned i = 0; i < NEW_STACK_PAGES; i++)
        if (stack->frames[i])
            put_page(page_of(stack->frames[i]));
}
