/* Making a program run: its segments, its heap's beginning, its stack with the arguments, and the step into ring 3. */
#include "arch/i386/segments.h"
#include "drivers/console.h"
#include "fs/file.h"
#include "mm/uaccess.h"
#include "trap/task.h"
#include "trap/trap.h"

#define MAX_ARGUMENTS 64
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

   The block is put together in kernel memory and copied out at once. Returns ESP, or 0. */
static word build_stack(char *arguments)
{
    size_t length = strlen(arguments) + 1;
    word strings = TASK_SIZE - sizeof(word) - length;
    word block[MAX_ARGUMENTS + 5] = {0};
    unsigned n = 0;

    for (char *c = arguments; *c && n < MAX_ARGUMENTS;) {
        block[++n] = strings + (word)(c - arguments);
        while (*c && *c != ' ')
            c++;
        while (*c == ' ')
            *c++ = 0;
    }
    block[0] = n;
    size_t block_size = (n + 5) * sizeof(word);
    word esp = (strings - block_size) & ~15u;
    if (copy_to_user((void *)strings, arguments, length) ||
        copy_to_user((void *)esp, block, block_size))
        return 0;
    return esp;
}

/* Called once, on the new task's kernel stack. */
void exec_program(struct file *file, char *arguments)
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
    word esp = build_stack(arguments);
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
