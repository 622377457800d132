/* I/O ports of the Ringside machine, shared by the guest kernel (C) and the host's devices (C++). */
#ifndef RINGSIDE_ABI_PORTS_H
#define RINGSIDE_ABI_PORTS_H

#define PORT_TRACEPOINT 0xE8    /* out dword: a tracepoint; EAX is its number, EBX ECX EDX ESI EDI its arguments */
#define PORT_CONSOLE 0xE9       /* out byte(s): the console (QEMU's and Bochs' debug console as well) */
#define PORT_CONSOLE_IN 0xEA    /* in byte: the next byte of standard input */
#define PORT_CONSOLE_STATUS 0xEB /* in byte: 1 = a byte is waiting, 0 = none yet, 2 = end of file */
#define PORT_POWER_OFF 0xF4     /* out dword: ends the machine; see POWER_* */

/* Values written to PORT_POWER_OFF: the low 16 bits are a wait status as wait(2) gives it (exit code << 8 | signal),
   the high half tells why. */
#define POWER_EXITED 0x00000000u /* pid 1 ended */
#define POWER_PANIC 0x00010000u  /* the kernel gave up; it sent the text by TP_PANIC before */

#endif
