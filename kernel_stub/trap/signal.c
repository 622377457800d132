/* When something goes wrong: a signal ends the program, an oops ends the task the kernel worked
   for, a panic ends everything. There are no handlers yet, so every signal has its default
   action. */
#include "abi/ports.h"
#include "drivers/console.h"
#include "trap/task.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

void signal_send(int signal, int code, word address)
{
    trace(TP_SIGNAL, (word)signal, (word)code, address, 0, 0);
    task_exit((unsigned)signal);
}

/* A bug of the kernel, met while it worked for a task. The task cannot go on; the machine can. */
void oops(const char *what, const struct regs *regs, const word *address)
{
    char text[160], at[24] = "";
    if (address)
        format(at, sizeof at, " at %08x", *address);
    int length = format(text, sizeof text, "Oops: %s%s, error code %u, eip %02x:%08x", what, at,
                        regs->error, regs->cs & 0xFFFF, regs->eip);
    trace(TP_OOPS, (word)text, (word)length, 0, 0, 0);
    print("%s\n", text);
    if (!current)
        panic("%s while no task was running", what);
    task_exit(SIGSEGV);
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
