/* I/O ports of the Ringside machine, shared by the guest kernel (C) and the host's devices (C++). */
#ifndef RINGSIDE_ABI_PORTS_H
#define RINGSIDE_ABI_PORTS_H

#define PORT_TRACEPOINT 0xE8    /* out dword: a tracepoint; EAX is its number, EBX ECX EDX ESI EDI its arguments */
#define PORT_CONSOLE 0xE9       /* out byte(s): the console (QEMU's and Bochs' debug console as well) */
#define PORT_CONSOLE_IN 0xEA    /* in byte: the next byte of standard input */
#define PORT_CONSOLE_STATUS 0xEB /* in byte: 1 = a byte is waiting, 0 = none yet, 2 = end of file */
#define PORT_POWER_OFF 0xF4     /* out dword: ends the machine; see POWER_* */

/* The pair of 8259A interrupt controllers: the second one's INT is line 2 of the first. */
#define PORT_PIC1_COMMAND 0x20
#define PORT_PIC1_DATA 0x21
#define PORT_PIC2_COMMAND 0xA0
#define PORT_PIC2_DATA 0xA1
#define IRQ_TIMER 0   /* OUT of the 8254's counter 0 */
#define IRQ_CASCADE 2 /* the second controller */
#define IRQ_DMA0 11   /* abi/dma.h */

/* The 8254 timer. On this machine it ticks once in PIT_INSNS_PER_TICK retired instructions (and in as many units of
   time that the processor sleeps in HLT), so that a timer fires at an exact instruction number; on a PC it ticks
   1193182 times a second. */
#define PORT_PIT_COUNTER0 0x40
#define PORT_PIT_COUNTER1 0x41
#define PORT_PIT_COUNTER2 0x42
#define PORT_PIT_CONTROL 0x43
#define PIT_INSNS_PER_TICK 64

/* The disk: DISK_SLOTS slots of one page each, zero at reset. A command is done when the OUT is; its status is then
   read from the same port. Dword accesses only. */
#define PORT_DISK_SLOT 0x1C0    /* out: 0 .. DISK_SLOTS - 1 */
#define PORT_DISK_ADDRESS 0x1C4 /* out: physical address of the page in RAM, page aligned */
#define PORT_DISK_COMMAND 0x1C8 /* out: DISK_READ or DISK_WRITE; in: status of the last command */
#define DISK_SLOTS 4096
#define DISK_SLOT_SIZE 4096
#define DISK_READ 1  /* slot to RAM */
#define DISK_WRITE 2 /* RAM to slot */
#define DISK_OK 0u
#define DISK_ERROR 1u          /* no such slot or command, the address is not aligned or not RAM */
#define DISK_NONE 0xFFFFFFFFu  /* nobody drives the bus: there is no disk, as under QEMU */

/* Values written to PORT_POWER_OFF: the low 16 bits are a wait status as wait(2) gives it (exit code << 8 | signal),
   the high half tells why. */
#define POWER_EXITED 0x00000000u /* pid 1 ended */
#define POWER_PANIC 0x00010000u  /* the kernel gave up; it sent the text by TP_PANIC before */

#endif
