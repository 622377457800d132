/* Between which two instructions the processor takes an interrupt that has been waiting. */
#include "pc.h"

/* A function whose instructions begin at a label. It is entered and left with interrupts off. */
#define SEQUENCE(name, text)                                                                       \
    extern char name##_label[];                                                                    \
    static void name(void)                                                                         \
    {                                                                                              \
        __asm__ volatile(#name "_label: " text : : : "eax", "memory", "cc");                       \
    }

SEQUENCE(after_sti, "sti; nop; nop; cli")
SEQUENCE(after_two_sti, "sti; sti; nop; nop; cli")
SEQUENCE(sti_then_cli, "sti; cli; nop")
SEQUENCE(after_popf, "pushfl; orl $0x200, (%%esp); popfl; nop; nop; cli")
SEQUENCE(after_iret, "pushfl; orl $0x200, (%%esp); pushl %%cs; pushl $1f; iret; nop; 1: nop; nop; cli")
SEQUENCE(sti_then_mov_ss, "movl %%ss, %%eax; sti; movl %%eax, %%ss; nop; nop; cli")
SEQUENCE(sti_then_pop_ss, "pushl %%ss; sti; popl %%ss; nop; nop; cli")
SEQUENCE(sti_then_pushf, "sti; pushfl; popl %%eax; nop; cli")
SEQUENCE(sti_then_jump, "sti; jmp 1f; nop; 1: nop; nop; cli")
SEQUENCE(sti_then_hlt, "sti; hlt; nop; nop; cli")
SEQUENCE(sti_then_int, "sti; int3; nop; nop; cli")

static const struct {
    const char *name;
    void (*run)(void);
    char *label;
} all[] = {
    {"sti", after_sti, after_sti_label},
    {"sti, sti", after_two_sti, after_two_sti_label},
    {"sti, cli", sti_then_cli, sti_then_cli_label},
    {"popf", after_popf, after_popf_label},
    {"iret", after_iret, after_iret_label},
    {"sti, mov ss", sti_then_mov_ss, sti_then_mov_ss_label},
    {"sti, pop ss", sti_then_pop_ss, sti_then_pop_ss_label},
    {"sti, pushf", sti_then_pushf, sti_then_pushf_label},
    {"sti, jmp", sti_then_jump, sti_then_jump_label},
    {"sti, hlt", sti_then_hlt, sti_then_hlt_label},
    {"sti, int3", sti_then_int, sti_then_int_label},
};

void test_processor(void)
{
    say("where a waiting interrupt is taken\n");
    is_quiet = true;
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        start();
        raise_timer();
        interrupted_ip = 0;
        all[i].run();
        say("  ");
        say(all[i].name);
        if (interrupted_ip)
            say_number("behind_bytes", interrupted_ip - (unsigned)all[i].label);
        else
            say(" not");
        say("\n");
    }
    outb(PORT_PIC1_DATA, 0xFF);
}
