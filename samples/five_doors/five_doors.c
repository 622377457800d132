/* Two pointers of the program's and one of the kernel's, handed to the kernel through five doors: used as
   they are, copied with the check, copied without it, and, at the end, used by the program itself. What comes
   back depends on how the kernel shares the address space: run it with --split segmented, 3g1g and 4g4g. A
   step may be the end of whoever takes it, so a child takes it. The step numbers are those of docs/topics. */
#include "libc.h"

#define P 0x01000000u /* both are addresses in the program, and, with nothing added, in physical memory */
#define Q 0x03000000u
#define PAGE 4096u
#define N 8
#ifdef __x86_64__
#define KERNEL 0xFFFF888000001000u /* the second page of RAM, where the kernel has it */
#define KERNEL_NAME "FFFF888000001000"
#else
#define KERNEL 0xC0001000u
#define KERNEL_NAME "C0001000"
#endif

static void put_bytes(const unsigned char *bytes, char *text)
{
    for (unsigned i = 0; i < N; i++)
        text[i] = bytes[i] >= ' ' && bytes[i] < 0x7F ? (char)bytes[i] : '.';
    text[N] = 0;
}

/* What the kernel read is in its lab buffer; let it write that back by its good door. */
static int take(const char *step, const char *what, uintptr_t pointer, enum lab_how how)
{
    unsigned char bytes[N];
    char text[N + 1];
    long left = lab_peek((const void *)pointer, N, how);
    if (left != 0) {
        printf("%-4s %-34s %08" PRIxPTR "  refused: %d of %d bytes did not arrive\n", step, what, pointer, (int)left, N);
        return 0;
    }
    lab_poke(bytes, N, LAB_COPY);
    put_bytes(bytes, text);
    printf("%-4s %-34s %08" PRIxPTR "  \"%s\"\n", step, what, pointer, text);
    return 0;
}

static int touch(const char *step, const char *what, uintptr_t pointer)
{
    uint32_t value = *(volatile uint32_t *)pointer;
    printf("%-4s %-34s %08" PRIxPTR "  %08x\n", step, what, pointer, (unsigned)value);
    return 0;
}

/* The end of a child that did not come back. */
static void wait_for(int child, const char *step, const char *what, uintptr_t pointer)
{
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        printf("%-4s %-34s %08" PRIxPTR "  killed by signal %d\n", step, what, pointer, WTERMSIG(status));
}

static void try(const char *step, const char *what, uintptr_t pointer, enum lab_how how)
{
    int child = fork();
    if (child == 0)
        exit(take(step, what, pointer, how));
    wait_for(child, step, what, pointer);
}

static char *map(uintptr_t address)
{
    return mmap((void *)address, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int main(void)
{
    struct lab_stat stat;
    char *p = map(P), *q = map(Q);
    if (p == MAP_FAILED || q == MAP_FAILED || lab_stat(&stat) < 0)
        return 1;
    memcpy(p, "USER-A", 7);
    memcpy(q, "USER-B", 7);
    uintptr_t secret = stat.secret;

    try("s4", "used as it is: p", P, LAB_NAIVE);
    try("s4'", "used as it is: p's next page", P + PAGE, LAB_NAIVE);
    try("s5", "used as it is: q", Q, LAB_NAIVE);
    try("s6", "copied: p", P, LAB_COPY);
    try("s7", "copied: q", Q, LAB_COPY);
    try("s8", "used as it is: the kernel's secret", secret, LAB_NAIVE);
    try("s9", "copied: the kernel's secret", secret, LAB_COPY);
    try("s10", "copied unchecked: " KERNEL_NAME, KERNEL, LAB_UNCHECKED);
    int child = fork();
    if (child == 0)
        exit(touch("s11", "the program itself: " KERNEL_NAME, KERNEL));
    wait_for(child, "s11", "the program itself: " KERNEL_NAME, KERNEL);
    return 0;
}
