#include "pc.h"

#include "kernel_stub/abi/dma.h"

#define PORT_CLOCK_INDEX 0x70
#define PORT_CLOCK_DATA 0x71
#define CLOCK_B 0x0B
#define CLOCK_C 0x0C /* reading it lowers the line */
#define CLOCK_PERIODIC 0x40

static volatile uint32_t *const dma0 = (volatile uint32_t *)DMA0_BASE;

void say(const char *text)
{
    while (*text)
        outb(PORT_CONSOLE, (uint8_t)*text++);
}

void say_number(const char *name, unsigned value)
{
    say(" ");
    say(name);
    say("=");
    for (int shift = value > 0xFF ? 12 : 4; shift >= 0; shift -= 4)
        outb(PORT_CONSOLE, (uint8_t)"0123456789abcdef"[value >> shift & 0xF]);
}

uint8_t read_irr(uint16_t port)
{
    outb(port, 0x0A);
    return inb(port);
}

uint8_t read_isr(uint16_t port)
{
    outb(port, 0x0B);
    return inb(port);
}

static bool has_dma0(void)
{
    return dma0[DMA0_ID / 4] == DMA0_ID_VALUE;
}

unsigned second_bit(void)
{
    return has_dma0() ? 1u << (IRQ_DMA0 - 8) : 1;
}

static void wait_for(uint16_t port, unsigned bit)
{
    for (unsigned turn = 0; turn < 100000000; turn++)
        if (read_irr(port) & bit)
            return;
    say("  no request came\n");
}

void raise_timer(void)
{
    outb(PORT_PIT_CONTROL, 0x30);
    outb(PORT_PIT_COUNTER0, 50);
    outb(PORT_PIT_COUNTER0, 0);
    wait_for(PORT_PIC1_COMMAND, 1u << IRQ_TIMER);
}

static uint8_t read_clock(uint8_t index)
{
    outb(PORT_CLOCK_INDEX, index);
    return inb(PORT_CLOCK_DATA);
}

static void write_clock(uint8_t index, uint8_t value)
{
    outb(PORT_CLOCK_INDEX, index);
    outb(PORT_CLOCK_DATA, value);
}

void lower_second(void)
{
    if (has_dma0()) {
        dma0[DMA0_STATUS / 4] = DMA0_DONE;
        return;
    }
    write_clock(CLOCK_B, read_clock(CLOCK_B) & (uint8_t)~CLOCK_PERIODIC);
    read_clock(CLOCK_C);
}

void raise_second(void)
{
    lower_second();
    if (has_dma0()) {
        dma0[DMA0_LENGTH / 4] = 0;
        dma0[DMA0_DELAY / 4] = 0;
        dma0[DMA0_START / 4] = 1;
    } else {
        write_clock(CLOCK_B, read_clock(CLOCK_B) | CLOCK_PERIODIC);
    }
    wait_for(PORT_PIC2_COMMAND, second_bit());
    if (!has_dma0()) /* the line stays high, but rises no more */
        write_clock(CLOCK_B, read_clock(CLOCK_B) & (uint8_t)~CLOCK_PERIODIC);
}

int main(void)
{
    test_controllers();
    test_timer();
    test_processor();
    return 0;
}
