/* The 8254: what its counters say, as far as it does not depend on when they are asked. QEMU 7.2
   shows OUT of modes 2 and 4 upside down (hw/timer/i8254_common.c, pit_get_out), so it is left out. */
#include "pc.h"

static void control(unsigned counter, unsigned access, unsigned mode, unsigned decimal)
{
    outb(PORT_PIT_CONTROL, (uint8_t)(counter << 6 | access << 4 | mode << 1 | decimal));
}

static void write_count(unsigned counter, unsigned count)
{
    outb((uint16_t)(PORT_PIT_COUNTER0 + counter), (uint8_t)count);
    outb((uint16_t)(PORT_PIT_COUNTER0 + counter), (uint8_t)(count >> 8));
}

static unsigned read_count(unsigned counter)
{
    unsigned low = inb((uint16_t)(PORT_PIT_COUNTER0 + counter));
    return low | (unsigned)inb((uint16_t)(PORT_PIT_COUNTER0 + counter)) << 8;
}

static void latch_status(unsigned counter)
{
    outb(PORT_PIT_CONTROL, (uint8_t)(0xE0 | 2u << counter));
}

static unsigned status(unsigned counter)
{
    latch_status(counter);
    return inb((uint16_t)(PORT_PIT_COUNTER0 + counter));
}

/* Some ticks on any machine. */
static void wait_a_little(void)
{
    for (volatile unsigned turn = 0; turn < 500; turn++)
        inb(PORT_PIC1_DATA);
}

static unsigned wait_for_out(unsigned counter)
{
    for (unsigned turn = 0; turn < 100000000; turn++)
        if (status(counter) & 0x80)
            return 1;
    return 0;
}

static void modes(void)
{
    static const struct {
        const char *name;
        unsigned access, mode, decimal;
    } all[] = {
        {"mode 0", 3, 0, 0}, {"mode 2", 3, 2, 0},         {"mode 3", 3, 3, 0},
        {"mode 4", 3, 4, 0}, {"mode 3, decimal", 3, 3, 1}, {"mode 2, low byte only", 1, 2, 0},
        {"mode 0, high byte only", 2, 0, 0},
    };
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        control(0, all[i].access, all[i].mode, all[i].decimal);
        if (all[i].access == 3)
            write_count(0, 0); /* the largest: OUT stays for long */
        else
            outb(PORT_PIT_COUNTER0, 0xFF);
        wait_a_little(); /* the count is in the counter */
        say("  ");
        say(all[i].name);
        say(":");
        bool has_out = all[i].mode == 0 || all[i].mode == 3;
        say_number("status", status(0) & (has_out ? 0xFF : 0x7F));
        say("\n");
    }
}

static void counting(void)
{
    say("  mode 0:");
    control(0, 3, 0, 0);
    write_count(0, 40000);
    wait_a_little();
    unsigned early = status(0) >> 7;
    unsigned first = read_count(0);
    wait_a_little();
    unsigned second = read_count(0);
    say_number("out", early);
    say_number("counts_down", first < 40000 && second < first && second > 20000);
    control(0, 3, 0, 0);
    write_count(0, 100);
    say_number("ends", wait_for_out(0));
    wait_a_little();
    say_number("stays_high", status(0) >> 7);
    say_number("goes_on_from_zero", read_count(0) > 0x8000);
    write_count(0, 40000);
    wait_a_little();
    say_number("low_again", status(0) >> 7);
    say("\n  mode 2:");
    control(0, 3, 2, 0);
    write_count(0, 40);
    wait_a_little();
    unsigned within = 1;
    for (unsigned turn = 0; turn < 200; turn++) {
        unsigned count = read_count(0);
        within &= count >= 1 && count <= 40;
    }
    say_number("between_1_and_count", within);
    say("\n  mode 3:");
    control(0, 3, 3, 0);
    write_count(0, 40);
    wait_a_little();
    within = 1;
    for (unsigned turn = 0; turn < 200; turn++) {
        unsigned count = read_count(0);
        within &= count >= 2 && count <= 40 && count % 2 == 0;
    }
    say_number("even_between_2_and_count", within);
    say("\n");
}

static void latches(void)
{
    say("  latch:");
    control(0, 3, 0, 0);
    write_count(0, 60000);
    wait_a_little();
    outb(PORT_PIT_CONTROL, 0x00);
    unsigned before = read_count(0); /* unlatched by being read */
    outb(PORT_PIT_CONTROL, 0x00);
    wait_a_little();
    outb(PORT_PIT_CONTROL, 0x00); /* the first one holds */
    unsigned latched = read_count(0);
    unsigned after = read_count(0);
    say_number("first_holds", latched > after + 20 && latched <= before);
    say_number("read_once", after < latched);
    say("\n  read-back:");
    outb(PORT_PIT_CONTROL, 0xC2); /* count and status of counter 0 */
    wait_a_little();
    unsigned state = inb(PORT_PIT_COUNTER0);
    unsigned count = read_count(0);
    say_number("status_first", state);
    say_number("then_count", count > read_count(0) + 20);
    say("\n  two counters at once:");
    control(2, 3, 3, 0);
    write_count(2, 0);
    outb(PORT_PIT_CONTROL, 0xEA);
    say_number("counter_0", inb(PORT_PIT_COUNTER0) & 0x3F);
    say_number("counter_2", inb(PORT_PIT_COUNTER2) & 0x3F);
    say("\n  bytes:");
    control(0, 2, 0, 0);
    outb(PORT_PIT_COUNTER0, 0xF0);
    wait_a_little();
    unsigned high = inb(PORT_PIT_COUNTER0);
    say_number("high_only", high <= 0xEF && high >= 0xE0 && high - inb(PORT_PIT_COUNTER0) < 2);
    control(0, 3, 0, 0);
    write_count(0, 0xF0F0);
    wait_a_little();
    inb(PORT_PIT_COUNTER0);
    unsigned second = inb(PORT_PIT_COUNTER0);
    say_number("then_high", second <= 0xF0 && second >= 0xE0);
    say("\n");
}

void test_timer(void)
{
    say("the timer\n");
    modes();
    counting();
    latches();
    control(0, 3, 0, 0);
}
