/* Threads: tasks that share everything but registers and a stack. */
#include "call.h"

#define STACK_SIZE 16384

struct thread {
    volatile int tid; /* the kernel writes 0 when the thread is over and its stack is free */
    void *stack;
};

/* clone, with a stack on which a function and its argument lie. The parent gets the number; the
   child never returns from here. */
static long clone_and_call(unsigned flags, void *stack, int *tid, const struct user_desc *tls)
{
    long result;
#ifdef __x86_64__ /* a thread's own segment is only a base: FS's */
    register long r10 __asm__("r10") = (long)tid;
    register long r8 __asm__("r8") = tls ? (long)tls->base_addr : 0;
    __asm__ volatile("syscall\n"
                     "testq %%rax, %%rax\n"
                     "jnz 1f\n"
                     "xorl %%ebp, %%ebp\n"
                     "popq %%rax\n"
                     "popq %%rdi\n"
                     "call *%%rax\n"
                     "movl %[exit], %%eax\n"
                     "xorl %%edi, %%edi\n"
                     "syscall\n"
                     "1:\n"
                     : "=a"(result)
                     : "a"(SYS_clone), "D"(flags), "S"(stack), "d"(tid), "r"(r10), "r"(r8), [exit] "i"(SYS_exit)
                     : "rcx", "r11", "memory");
#else
    __asm__ volatile("int $0x80\n"
                     "testl %%eax, %%eax\n"
                     "jnz 1f\n"
                     "xorl %%ebp, %%ebp\n"
                     "popl %%eax\n"
                     "call *%%eax\n" /* its argument is on top */
                     "movl %[exit], %%eax\n"
                     "xorl %%ebx, %%ebx\n"
                     "int $0x80\n"
                     "1:\n"
                     : "=a"(result)
                     : "a"(SYS_clone), "b"(flags), "c"(stack), "d"(tid), "S"(tls), "D"(tid),
                       [exit] "i"(SYS_exit)
                     : "memory");
#endif
    return result;
}

/* tls: a segment that the thread finds in GS, or NULL. */
static struct thread *create(void (*function)(void *), void *argument, const struct user_desc *tls)
{
    const unsigned flags = CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                           CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | (tls ? CLONE_SETTLS : 0);
    char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        return NULL;
    /* The thread's own record is at the bottom of its stack. */
    struct thread *thread = (struct thread *)stack;
    void **top = (void **)(stack + STACK_SIZE);
    top[-4] = (void *)function; /* so that the stack is aligned as a call leaves it when it begins */
    top[-3] = argument;
    thread->stack = stack;
    if (checked(clone_and_call(flags, &top[-4], (int *)&thread->tid, tls)) < 0) {
        munmap(stack, STACK_SIZE);
        return NULL;
    }
    return thread;
}

struct thread *thread_create(void (*function)(void *), void *argument)
{
    return create(function, argument, NULL);
}

struct thread *thread_create_tls(void (*function)(void *), void *argument,
                                 const struct user_desc *tls)
{
    return create(function, argument, tls);
}

int thread_id(const struct thread *thread)
{
    return thread->tid;
}

void thread_join(struct thread *thread)
{
    while (thread->tid)
        sched_yield();
    munmap(thread->stack, STACK_SIZE);
}

int set_thread_area(struct user_desc *desc)
{
    return (int)checked(system_call(SYS_set_thread_area, (long)desc, 0, 0));
}

#ifdef __x86_64__
int arch_prctl(int what, unsigned long value)
{
    return (int)checked(system_call(SYS_arch_prctl, what, (long)value, 0));
}
#endif

int modify_ldt(int function, void *pointer, size_t n)
{
    return (int)checked(system_call(SYS_modify_ldt, function, (long)pointer, (long)n));
}
