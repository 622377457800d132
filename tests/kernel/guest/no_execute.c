/* Executes code in places of every kind, and says what came of it: `no_execute`. Which of them may is
   the kernel's business (nx=on), so the runner compares the lines. */
#include "check.h"

static const uint8_t code[] = {0xB8, 0x2A, 0x00, 0x00, 0x00, 0xC3}; /* mov $42, %eax; ret */
static uint8_t data[] = {0xB8, 0x2A, 0x00, 0x00, 0x00, 0xC3};
static uint8_t untouched[PAGE] __attribute__((aligned(4096))) = {0xB8, 0x2A, 0x00, 0x00, 0x00, 0xC3};
static struct siginfo info;
static unsigned long error;

/* The place did not answer: return from there without it. */
static void refused(int signal, struct siginfo *got, struct ucontext *at)
{
    (void)signal;
    info = *got;
    error = at->registers.err;
    at->registers.CONTEXT_IP = *(unsigned long *)at->registers.CONTEXT_SP;
    at->registers.CONTEXT_SP += sizeof(long);
    at->registers.CONTEXT_AX = 0;
}

static void execute(const char *what, const void *place)
{
    int (*function)(void) = (int (*)(void))place;
    int answer = function();
    if (answer)
        printf("%s: %d\n", what, answer);
    else
        printf("%s: error code %x, si_code %d%s\n", what, (unsigned)error, info.si_code,
               info.si_addr == (unsigned long)place ? "" : ", and another address");
}

int main(void)
{
    uint8_t stack[sizeof code];
    on_signal(SIGSEGV, refused, SA_SIGINFO);
    memcpy(stack, code, sizeof code);
    execute("read-only data", code);
    data[0] = code[0]; /* so the page is there */
    execute("data", data);
    execute("data that was never touched", untouched);
    execute("stack", stack);

    char *page = map_at(0x30000000u, PAGE, READ_WRITE);
    memcpy(page, code, sizeof code);
    execute("a page of READ and WRITE", page);
    mprotect(page, PAGE, PROT_READ | PROT_EXEC);
    execute("the same after mprotect to READ and EXEC", page);
    mprotect(page, PAGE, READ_WRITE);
    execute("and back", page);
    page = map_at(0x30001000u, PAGE, READ_WRITE | PROT_EXEC);
    memcpy(page, code, sizeof code);
    execute("a page of all three rights", page);
    return 0;
}
