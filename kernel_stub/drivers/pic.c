/* Two 8259A, as in a PC: the second one's eight lines come in through line 2 of the first. Each
   line has a vector, IRQ_VECTOR + line. */
#include "drivers/pic.h"

#include "abi/ports.h"
#include "segments.h"

#define ICW1 0x11            /* begin; four words; edge triggered */
#define ICW4 0x01            /* 8086 mode, an explicit end of interrupt */
#define END_OF_INTERRUPT 0x20
#define READ_IN_SERVICE 0x0B /* OCW3: the next read of the command port is the ISR */

static void (*servers[16])(void);
static uint16_t masked = 0xFFFF & ~(1u << IRQ_CASCADE);

static void write_masks(void)
{
    outb(PORT_PIC1_DATA, (uint8_t)masked);
    outb(PORT_PIC2_DATA, (uint8_t)(masked >> 8));
}

/* The power-on vectors of the lines are those of exceptions: give them others, and let nothing
   in until somebody serves it. */
void pic_init(void)
{
    outb(PORT_PIC1_COMMAND, ICW1);
    outb(PORT_PIC2_COMMAND, ICW1);
    outb(PORT_PIC1_DATA, IRQ_VECTOR);
    outb(PORT_PIC2_DATA, IRQ_VECTOR + 8);
    outb(PORT_PIC1_DATA, 1u << IRQ_CASCADE); /* there is a second one, on this line */
    outb(PORT_PIC2_DATA, IRQ_CASCADE);       /* and it is this one */
    outb(PORT_PIC1_DATA, ICW4);
    outb(PORT_PIC2_DATA, ICW4);
    write_masks();
}

void irq_install(unsigned line, void (*serve)(void))
{
    servers[line] = serve;
}

void irq_open(unsigned line)
{
    masked &= (uint16_t)~(1u << line);
    write_masks();
}

void irq_close(unsigned line)
{
    masked |= (uint16_t)(1u << line);
    write_masks();
}

/* The lowest line of a controller is also what it says when a request went away before the CPU
   could take it. Then no bit is in service, and there is nothing to end. */
static bool is_spurious(unsigned line)
{
    uint16_t port = line < 8 ? PORT_PIC1_COMMAND : PORT_PIC2_COMMAND;
    if (line % 8 != 7)
        return false;
    outb(port, READ_IN_SERVICE);
    return !(inb(port) & 0x80);
}

void interrupt(unsigned line)
{
    bool spurious = is_spurious(line);
    if (line >= 8 && !spurious)
        outb(PORT_PIC2_COMMAND, END_OF_INTERRUPT);
    if (line >= 8 || !spurious)
        outb(PORT_PIC1_COMMAND, END_OF_INTERRUPT);
    if (servers[line] && !spurious)
        servers[line]();
}
