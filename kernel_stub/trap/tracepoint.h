/* Telling the host: one OUT, arguments in registers. On a machine that does not listen it does
   nothing. */
#ifndef TRAP_TRACEPOINT_H
#define TRAP_TRACEPOINT_H

#include "abi/ports.h"
#include "abi/tracepoints.h"
#include "cpu.h"

ALWAYS_INLINE void trace(enum tracepoint what, word a, word b, word c, word d, word e)
{
    __asm__ volatile("outl %%eax, %0"
                     :
                     : "N"(PORT_TRACEPOINT), "a"(what), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory");
}

#endif
