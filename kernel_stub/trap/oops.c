/* When the kernel itself goes wrong: an oops ends the process it worked for, a panic ends
   everything. */
#include "abi/ports.h"
#include "drivers/console.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

/* A bug of the kernel, met while it worked for a task. The task cannot go on; the machine can. */
void oops(const char *what, const struct regs *regs, const word *address)
{
    char text[160], at[24] = "";
    if (address)
        format(at, sizeof at, " at %08" PRIxPTR, *address);
    int length = format(text, sizeof text, "Oops: %s%s, error code %u, " IP_NAME " %02x:%08" PRIxPTR, what, at,
                        (unsigned)regs->error, (unsigned)regs->cs & 0xFFFF, regs->ip);
    trace(TP_OOPS, (word)text, (word)length, 0, 0, 0);
    print("%s\n", text);
    if (!current)
        panic("%s while no task was running", what);
    while (pagefaults_are_disabled()) /* what the task was in the middle of is over */
        pagefault_enable();
    group_exit(SIGSEGV);
}

void panic(const char *text, ...)
{
    char line[160];
    va_list list;
    va_start(list, text);
    format_list(line, sizeof line, text, list);
    va_end(list);
    trace(TP_PANIC, (word)line, strlen(line), 0, 0, 0);
    print("Kernel panic: %s\n", line);
    power_off(POWER_PANIC);
}
