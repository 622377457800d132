/* The pair of 8259A: what its registers say, and which interrupt comes when. */
#include "pc.h"

#define FIRST PORT_PIC1_COMMAND
#define SECOND PORT_PIC2_COMMAND
#define END 0x20          /* OCW2: non-specific end of interrupt */
#define END_OF 0x60       /* specific; the line is added */
#define ROTATE_AT_END 0xA0
#define LOWEST_IS 0xC0    /* set priority; the line is added */
#define ROTATE_END_OF 0xE0
#define SPECIAL_MASK_ON 0x68
#define SPECIAL_MASK_OFF 0x48
#define POLL 0x0C

static unsigned first_base = 0x20, second_base = 0x28;
static unsigned taken;
static void (*inside)(void); /* what the handler does */

static void start_with(uint8_t icw1, uint8_t first_icw4)
{
    outb(FIRST, icw1);
    outb(FIRST + 1, (uint8_t)first_base);
    if (!(icw1 & 2))
        outb(FIRST + 1, 1u << IRQ_CASCADE);
    if (icw1 & 1)
        outb(FIRST + 1, first_icw4);
    outb(SECOND, 0x11);
    outb(SECOND + 1, (uint8_t)second_base);
    outb(SECOND + 1, IRQ_CASCADE);
    outb(SECOND + 1, 1);
}

void start(void)
{
    lower_second();
    start_with(0x11, 1);
    inside = 0;
    taken = 0;
}

/* Lines that are no source here may be anything on a PC. */
static void show(const char *when)
{
    unsigned bit = second_bit();
    say("  ");
    say(when);
    say(":");
    say_number("irr", read_irr(FIRST) & 0x05);
    say_number("isr", read_isr(FIRST));
    say_number("imr", inb(FIRST + 1));
    say(read_irr(SECOND) & bit ? " second asked" : "");
    say(read_isr(SECOND) & bit ? " second served" : "");
    say("\n");
}

/* For tests that want nothing but the place of the one interrupt. */
unsigned interrupted_ip;
bool is_quiet;

void interrupt(unsigned vector, unsigned ip)
{
    taken++;
    interrupted_ip = ip;
    if (is_quiet) {
        outb(FIRST, END);
        return;
    }
    say("  interrupt");
    if (vector >= second_base && vector < second_base + 8 &&
        (1u << (vector - second_base) & second_bit()))
        say(" of the second line");
    else
        say_number("vector", vector);
    say("\n");
    show("  inside");
    void (*what)(void) = inside;
    inside = 0; /* of the next one */
    if (what)
        what();
}

static void end_first(void)
{
    outb(FIRST, END);
}

static void end_both(void)
{
    outb(SECOND, END);
    outb(FIRST, END);
}

/* In special mask mode a non-specific end passes over a masked line (data sheet, "End of
   interrupt"); QEMU 7.2 does not, so the line is named. */
static void end_both_by_name(void)
{
    outb(SECOND, END);
    outb(FIRST, END_OF + IRQ_CASCADE);
}

/* Within the handler: the other source asks, and interrupts are let in. */
static void raise_timer_and_allow(void)
{
    raise_timer();
    inside = end_first;
    allow();
    show("  allowed");
    end_both();
}

static void raise_second_and_allow(void)
{
    raise_second();
    allow();
    show("  allowed");
    end_first();
    inside = end_both;
}

static void registers(void)
{
    say("registers\n");
    start();
    show("after initialization");
    outb(FIRST + 1, 0xA5);
    show("masked");
    start();
    show("initialized again");
    first_base = 0x43; /* the low bits are the line */
    start();
    raise_timer();
    inside = end_first;
    allow();
    first_base = 0x20;
    start_with(0x10, 0); /* no ICW4 */
    outb(FIRST + 1, 0x5A);
    show("three words, then a mask");
    start_with(0x12, 0); /* no ICW3 either */
    outb(FIRST + 1, 0x66);
    show("two words, then a mask");
}

static void requests(void)
{
    say("a request behind a mask\n");
    start();
    outb(FIRST + 1, 1);
    raise_timer();
    show("masked");
    allow();
    outb(FIRST + 1, 0);
    show("unmasked");
    inside = end_first;
    allow();
    show("taken and ended");
    allow(); /* the line is still high: no edge */
    say_number("taken", taken);
    say("\n");
    say("initialization forgets a request\n");
    raise_timer();
    start();
    show("initialized");
    allow();
    say_number("taken", taken);
    say("\n");
}

static void ends(void)
{
    say("an interrupt that is not ended\n");
    start();
    raise_timer();
    allow();
    raise_timer();
    allow();
    show("asks again");
    outb(FIRST, END_OF + 3); /* not this line */
    show("another is ended");
    allow();
    outb(FIRST, END_OF + IRQ_TIMER);
    show("ended");
    inside = end_first;
    allow();
    show("taken again");
    say("through the second controller\n");
    start();
    raise_second();
    show("asked");
    allow();
    show("taken");
    outb(FIRST, END);
    show("ended in the first");
    outb(SECOND, END);
    show("ended in both");
    allow();
    say("a request behind the second controller's mask\n");
    start();
    outb(SECOND + 1, (uint8_t)second_bit());
    raise_second();
    show("masked");
    allow();
    outb(SECOND + 1, 0);
    inside = end_both;
    allow();
    show("unmasked and taken");
}

static void priorities(void)
{
    say("both ask: the timer first\n");
    start();
    raise_timer();
    raise_second();
    show("asked");
    inside = end_first;
    allow();
    inside = end_both;
    allow();
    say("the second line is served, the timer comes between\n");
    start();
    raise_second();
    inside = raise_timer_and_allow;
    allow();
    show("after");
    say("the timer is served, the second line waits\n");
    start();
    raise_timer();
    inside = raise_second_and_allow;
    allow();
    allow();
    show("after");
    say("the timer's priority is lowest: the second line first\n");
    start();
    outb(FIRST, LOWEST_IS + IRQ_TIMER);
    raise_timer();
    raise_second();
    inside = end_both;
    allow();
    inside = end_first;
    allow();
    say("rotation at the end: whoever was served is lowest\n");
    start();
    raise_timer();
    allow();
    raise_timer();
    raise_second();
    outb(FIRST, ROTATE_AT_END);
    inside = end_both;
    allow();
    allow();
    outb(FIRST, ROTATE_END_OF + IRQ_TIMER);
    show("after");
}

static void automatic(void)
{
    say("automatic end\n");
    start();
    start_with(0x11, 3);
    raise_timer();
    allow();
    show("after");
    say("automatic end and rotation\n");
    outb(FIRST, 0x80);
    raise_timer();
    allow();
    raise_timer();
    raise_second();
    inside = end_both;
    allow();
    allow();
    outb(FIRST, 0x00);
    show("after");
}

static void other_modes(void)
{
    say("polling\n");
    start();
    outb(FIRST, POLL);
    say_number(" nothing", inb(FIRST));
    raise_timer();
    outb(FIRST, POLL);
    say_number("timer", inb(FIRST));
    say("\n");
    show("polled");
    allow();
    end_first();
    raise_second();
    outb(FIRST, POLL);
    say_number(" cascade", inb(FIRST));
    outb(SECOND, POLL);
    say_number("second", (inb(SECOND) & 0x7F) == (second_bit() == 1 ? 0 : 3));
    say("\n");
    show("polled");
    end_both();
    say("special mask: a masked line that is served holds nobody up\n");
    start();
    raise_timer();
    allow();
    raise_second();
    outb(FIRST + 1, 1u << IRQ_TIMER);
    allow();
    show("only masked");
    outb(FIRST, SPECIAL_MASK_ON);
    outb(FIRST + 1, 1u << IRQ_TIMER); /* QEMU 7.2 asks the CPU again only now */
    inside = end_both_by_name;
    allow();
    show("special mask");
    outb(FIRST, SPECIAL_MASK_OFF);
    end_first();
    show("ended");
}

void test_controllers(void)
{
    registers();
    requests();
    ends();
    priorities();
    automatic();
    other_modes();
    start();
    outb(FIRST + 1, 0xFF);
    outb(SECOND + 1, 0xFF);
}
