/* User copies whose outcome depends on what happens meanwhile, or on where the kernel is: a thread that unmaps the page between check
   and copy (run with preempt=user_copy), a copy where the kernel must not sleep, a write below the stack. Each in a process of its
   own, for it may be the end of it. */
#include "check.h"

#define M 0x20000000ul

static void tell(const char *what, long left)
{
    struct lab_stat s = stat_now();
    printf("%s: left %d, page faults %u, fixups %u, misses %u\n", what, (int)left, (unsigned)s.last_page_faults,
           (unsigned)s.last_fixups, (unsigned)s.last_soft_faults);
}

static void unmap_second_page(void *argument)
{
    (void)argument;
    munmap((void *)(M + PAGE), PAGE);
}

/* B1. The thread is ready when the copy begins, and runs where the kernel lets it. */
static void unmapped_meanwhile(void)
{
    memset(map_at(M, 2 * PAGE, READ_WRITE), 'x', 2 * PAGE);
    struct thread *thread = thread_create(unmap_second_page, NULL);
    long left = lab_peek((void *)M, 2 * PAGE, LAB_COPY);
    tell("B1 unmapped between check and copy", left);
    thread_join(thread);
}

/* B7 */
static void without_sleeping(void)
{
    unsigned char in_ram = 9;
    map_at(M, PAGE, READ_WRITE);
    long left = lab_peek((void *)M, 8, LAB_ATOMIC);
    struct lab_stat s = stat_now();
    mincore((void *)M, PAGE, &in_ram);
    printf("B7 an absent page where nobody may sleep: left %d, page faults %u, fixups %u, misses %u, in RAM %u\n", (int)left,
           (unsigned)s.last_page_faults, (unsigned)s.last_fixups, (unsigned)s.last_soft_faults, in_ram);
}

static int answer(long result)
{
    return result < 0 ? -errno : (int)result;
}

/* B6. What to make of a copy that is cut short is for each file to say. */
static void eight_bytes_and_a_hole(void)
{
    char *at = map_at(M, PAGE, READ_WRITE) + PAGE - 8;
    int ends[2], file = memfd_create("file", 0), zero = open("/dev/zero", O_RDONLY);
    pipe(ends);
    memset(at, 'x', 8);
    int to_pipe = answer(write(ends[1], at, 16)), to_file = answer(write(file, at, 16));
    int size = (int)lseek(file, 0, SEEK_END), from_zero = answer(read(zero, at, 16));
    printf("B6 8 bytes and a hole: pipe %d, file %d, of now %d bytes, zero %d\n", to_pipe, to_file, size, from_zero);
}

/* B8. Far below ESP: nothing that a program's own instruction may touch. */
static char *below_the_stack(void)
{
    return (char *)(((uintptr_t)__builtin_frame_address(0) & ~(PAGE - 1)) - 16 * PAGE);
}

static void kernel_grows_the_stack(void)
{
    long left = lab_poke(below_the_stack(), 8, LAB_COPY);
    tell("B8 the kernel writes below the stack", left);
}

static void program_does_not(void)
{
    *(volatile char *)below_the_stack() = 1;
    printf("B8 the program writes there: it went through\n");
}

static void try(const char *what, void (*function)(void))
{
    int status, child = fork();
    if (child == 0) {
        function();
        exit_group(0);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        printf("%s: killed by signal %d\n", what, WTERMSIG(status));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "meanwhile") == 0) {
        try("B1", unmapped_meanwhile);
        return 0;
    }
    try("B6", eight_bytes_and_a_hole);
    try("B7", without_sleeping);
    try("B8", kernel_grows_the_stack);
    try("B8 the program writes there", program_does_not);
    return 0;
}
