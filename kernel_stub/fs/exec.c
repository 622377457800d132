/* exec: a new program in a process that goes on. First everything that may fail is done beside the
   old program, which then still gets its error; after that there is no way back. */
#include "abi/errno.h"
#include "debug.h"
#include "user_segments.h"
#include "drivers/console.h"
#include "fs/file.h"
#include "fs/new_stack.h"
#include "fs/program.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "split/split.h"
#include "task/threads.h"
#include "trap/syscalls.h"
#include "trap/trap.h"

#define PATH_MAX 256

struct exec {
    struct program program, interpreter;
    struct new_stack stack;
};

static const char *read_programs(struct exec *exec, struct file *file)
{
    const char *problem = program_read(&exec->program, file);
    if (problem || !exec->program.interpreter[0])
        return problem;
    struct file *interpreter = file_lookup(exec->program.interpreter);
    if (!interpreter)
        return "its interpreter is not there";
    return program_read(&exec->interpreter, interpreter);
}

static bool has_interpreter(const struct exec *exec)
{
    return exec->program.interpreter[0];
}

#ifdef __x86_64__
static void begin_stack(struct exec *exec)
{
    new_stack_begin(&exec->stack);
    if (exec->program.is_i386)
        new_stack_for_i386(&exec->stack);
}
#else
#define begin_stack(exec) new_stack_begin(&(exec)->stack)
#endif

static int finish_stack(struct exec *exec)
{
    const struct program *program = &exec->program;
    const word vector[][2] = {
        {AT_PHDR, program->table},
#ifdef __x86_64__
        {AT_PHENT, program->is_i386 ? ELF_SEGMENT_SIZE_32 : sizeof(struct elf_segment)},
#else
        {AT_PHENT, sizeof(struct elf_segment)},
#endif
        {AT_PHNUM, program->header.phnum},
        {AT_PAGESZ, PAGE_SIZE},
        {AT_BASE, has_interpreter(exec) ? exec->interpreter.segments[0].vaddr : 0},
        {AT_ENTRY, program->header.entry},
        {AT_UID, current->uid},
        {AT_EUID, current->euid},
        {AT_NULL, 0},
    };
    return new_stack_finish(&exec->stack, &vector[0][0], sizeof vector / sizeof vector[0]);
}

/* The process's memory becomes the program's. The interpreter, if it needs one, runs first. */
static const char *map_programs(struct exec *exec)
{
    struct mm *mm = current->mm;
#ifdef __x86_64__
    mm->task_size = exec->program.is_i386 ? COMPAT_TASK_SIZE : TASK_SIZE;
    user_segments_reset(current, exec->program.is_i386);
#endif
    const char *problem = program_map(&exec->program);
    if (!problem && has_interpreter(exec))
        problem = program_map(&exec->interpreter);
    if (!problem && new_stack_map(&exec->stack, mm) != 0)
        problem = "no memory for its stack";
    mm->start_brk = mm->brk = exec->program.end;
    return problem;
}

/* The registers of the first instruction. */
static struct regs first_registers(const struct exec *exec)
{
    return (struct regs){
#ifndef __x86_64__ /* where they are the task's: user_segments_reset */
        .ds = USER_DS,
        .es = USER_DS,
#endif
        .ip = has_interpreter(exec) ? exec->interpreter.header.entry : exec->program.header.entry,
#ifdef __x86_64__
        .cs = exec->program.is_i386 ? USER32_CS : USER_CS,
#else
        .cs = USER_CS,
#endif
        .flags = EFLAGS_IF | 2,
        .sp = exec->stack.bottom,
        .ss = USER_DS,
    };
}

/* An empty address space instead of the old program's. */
static void change_mm(struct mm *new)
{
    struct mm *old = current->mm;
    new->pid = current->pid;
    if (old->users == 1)
        for (const struct vma *vma = old->vmas; vma; vma = vma->next)
            trace_vma(TP_VMA_UNMAP, vma);
    current->mm = new;
    split_switch_to(current);
    user_segments_load(current);
    debug_registers_load(current);
    mm_put(old);
}

/* What a program set for itself is not the next one's. */
static bool forget_settings(void)
{
    struct sighand *sighand = current->sighand;
    if (sighand->users > 1) {
        sighand = sighand_copy(sighand);
        if (!sighand)
            return false;
        sighand_put(current->sighand);
        current->sighand = sighand;
    }
    for (unsigned i = 0; i < SIGNALS; i++) {
        bool ignored = sighand->action[i].handler == SIG_IGN;
        sighand->action[i] = (struct sigaction){.handler = ignored ? SIG_IGN : SIG_DFL};
    }
    set_fs(USER_DS);
    current->altstack = (struct sigaltstack){0};
    memset(current->tls, 0, sizeof current->tls);
    memset(current->debug, 0, sizeof current->debug);
    current->clear_child_tid = NULL;
    return true;
}

static const char *last_part(const char *path)
{
    const char *part = path;
    for (const char *c = path; *c; c++)
        if (*c == '/')
            part = c + 1;
    return part;
}

static void name_task(const char *path)
{
    format(current->name, sizeof current->name, "%s", last_part(path));
    trace_process(current, false);
}

/* From here on the old program is gone; what goes wrong now kills. */
static void replace_program(struct exec *exec, struct mm *mm, const char *path)
{
    bool ok = forget_settings();
    change_mm(mm);
    name_task(path);
    ok = ok && map_programs(exec) == NULL;
    if (ok)
        *user_regs() = first_registers(exec);
    new_stack_drop(&exec->stack);
    kfree(exec);
    if (!ok)
        group_exit(SIGKILL);
    if (current->tracer) /* which wants to see the first instruction */
        signal_send(current, &(struct signal_info){.signal = SIGTRAP, .pid = current->pid});
}

/* From now on the address space runs the file. */
static int begin_to_run(struct mm *mm, struct file *file)
{
    int error = file_get_runner(file);
    if (!error)
        mm->program = file;
    return error;
}

static long prepare(struct exec *exec, struct mm *mm, const char *path, char *const *argv, char *const *envp)
{
    struct file *file = file_lookup(path);
    if (!file)
        return -ENOENT;
    int busy = begin_to_run(mm, file);
    if (busy)
        return busy;
    if (read_programs(exec, file))
        return file_lookup(exec->program.interpreter) || !has_interpreter(exec) ? -ENOEXEC : -ENOENT;
    begin_stack(exec);
    int error = new_stack_push_user_strings(&exec->stack, envp, &exec->stack.envc);
    if (!error)
        error = new_stack_push_user_strings(&exec->stack, argv, &exec->stack.argc);
    return error ? error : finish_stack(exec);
}

long sys_execve(const char *user_path, char *const *argv, char *const *envp)
{
    char path[PATH_MAX];
    long length = strncpy_from_user(path, user_path, sizeof path);
    if (length < 0)
        return length;
    if (length == (long)sizeof path)
        return -ENAMETOOLONG;
    struct exec *exec = kmalloc(sizeof *exec);
    struct mm *mm = exec ? mm_new() : NULL;
    long error = mm ? prepare(exec, mm, path, argv, envp) : -ENOMEM;
    if (!error && !end_other_threads())
        error = -EAGAIN; /* which this thread will not live to see */
    if (!error) {
        replace_program(exec, mm, path);
        return 0;
    }
    if (mm)
        mm_put(mm);
    if (exec)
        new_stack_drop(&exec->stack);
    kfree(exec);
    return error;
}

/* The words of a line as arguments, the last one first, as they are pushed. */
static int push_words(struct new_stack *stack, char *line)
{
    int error = 0;
    size_t end = strlen(line);
    while (end > 0 && !error) {
        size_t start = end;
        while (start > 0 && line[start - 1] != ' ')
            start--;
        if (start < end) {
            error = new_stack_push_string(stack, line + start);
            stack->argc++;
        }
        end = start > 0 ? start - 1 : 0;
        line[end] = 0;
    }
    return error;
}

/* The machine's first program: it replaces nothing, and if it cannot run, nothing can. Called on the
   new task's kernel stack. */
void exec_first_program(struct file *file, char *arguments)
{
    struct exec *exec = kmalloc(sizeof *exec);
    const char *problem = exec ? read_programs(exec, file) : "no memory";
    begin_to_run(current->mm, file);
    if (!problem) {
        begin_stack(exec);
        if (push_words(&exec->stack, arguments) || finish_stack(exec))
            problem = "its arguments are too long";
    }
    if (!problem)
        problem = map_programs(exec);
    if (problem)
        panic("cannot run %s: %s", file->name, problem);
    *user_regs() = first_registers(exec);
    kfree(exec);
    return_with(user_regs());
}
