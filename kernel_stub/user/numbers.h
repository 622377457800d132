/* The numbers of the system calls: SYS_write. */
#ifndef USER_NUMBERS_H
#define USER_NUMBERS_H

#include "abi/syscalls.h"

#ifdef __x86_64__ /* -1: there is no such call */
#define NUMBER(number32, number, name, arguments) SYS_##name = number,
enum { RINGSIDE_SYSCALLS(NUMBER) RINGSIDE_SYSCALLS_X86_64(NUMBER) };
#else
#define NUMBER(number, number64, name, arguments) SYS_##name = number,
enum { RINGSIDE_SYSCALLS(NUMBER) };
#endif
#undef NUMBER

#endif
