/* Making a program run: its segments, its heap's beginning, its stack with the arguments, and
   the step into ring 3. */
#include "arch/i386/segments.h"
#include "drivers/console.h"
#include "fs/file.h"
#include "trap/task.h"
#include "trap/trap.h"

#define MAX_ARGUMENTS 200
#define EFLAGS_IF 0x200

/* The stack of a new program, from its top down, as the System V ABI has it:

     TASK_SIZE   one word of zero
                 the arguments' strings, the first one lowest
                 (alignment)
                 0, 0        end of the auxiliary vector
                 0           end of the environment
                 0           end of argv
                 argv[n - 1] .. argv[0]
     ESP ->      n

   All of it fits into one page, which the kernel fills through its own map of RAM before the
   program has it: exec is the one writer of user memory that needs no copy_to_user. Returns ESP,
   or 0. */
static word build_stack(struct mm *mm, const char *arguments)
{
    const word bottom = TASK_SIZE - PAGE_SIZE;
    uint32_t frame = user_frame_alloc();
    if (!frame || !map_new_page(mm, bottom, frame))
        return 0;
    uint8_t *page = POINTER(frame);
    size_t length = strlen(arguments) + 1;
    word string = TASK_SIZE - sizeof(word) - length;
    word block[MAX_ARGUMENTS + 5] = {0};
    unsigned n = 0;

    char *c = memcpy(page + (string - bottom), arguments, length);
    while (*c && n < MAX_ARGUMENTS) {
        block[++n] = bottom + (word)((uint8_t *)c - page);
        while (*c && *c != ' ')
            c++;
        while (*c == ' ')
            *c++ = 0;
    }
    if (*c)
        panic("more than %u arguments for %s", MAX_ARGUMENTS, current->name);
    block[0] = n;
    size_t block_size = (n + 5) * sizeof(word);
    word esp = (string - block_size) & ~15u;
    memcpy(page + (esp - bottom), block, block_size);
    return esp;
}

/* Called once, on the new task's kernel stack. */
void exec_program(struct file *file, const char *arguments)
{
    struct mm *mm = current->mm;
    struct elf_image image;
    const char *problem = elf_load(file, &image);
    if (problem)
        panic("cannot run %s: %s", file->name, problem);
    mm->start_brk = mm->brk = image.end;

    if (vma_insert(mm, TASK_SIZE - PAGE_SIZE, TASK_SIZE, PROT_READ | PROT_WRITE,
                   VMA_GROWSDOWN | VMA_STACK, NULL, 0) != 0)
        panic("no memory for the stack of %s", file->name);
    word esp = build_stack(mm, arguments);
    if (!esp)
        panic("no memory for the arguments of %s", file->name);

    struct regs *regs = user_regs();
    *regs = (struct regs){
        .ds = USER_DS,
        .es = USER_DS,
        .eip = image.entry,
        .cs = USER_CS,
        .eflags = EFLAGS_IF | 2,
        .esp = esp,
        .ss = USER_DS,
    };
    return_with(regs);
}
