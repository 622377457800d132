/* What the monitor's C and assembly share. */
#ifndef MONITOR_H
#define MONITOR_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct registers {
    u32 general[8]; /* EAX ECX EDX EBX ESP EBP ESI EDI */
    u32 eip, cs, eflags;
    u32 ss, ds, es, fs, gs;
    u32 vector, error;
};

enum mode { REAL, VIRTUAL_8086, PROTECTED };

struct pair {
    u32 first, second;
};

/* One case, as cases.py writes it. */
struct test_case {
    u32 mode;
    u32 cpl;
    u32 big;               /* code, stack and data have D/B = 1 */
    const u8 *code;
    u32 code_size;
    const struct pair *set; /* index in struct registers, value */
    u32 set_count;
    const struct pair *poke; /* address, value */
    u32 poke_count;
    const u32 *dump; /* addresses */
    u32 dump_count;
};

extern const struct test_case test_cases[];
extern const u32 test_case_count;

extern struct registers before, after;
extern u32 far16;
extern const u8 real_stubs[], protected_stubs[], trampoline[], trampoline_end[], stray_task[];
extern const u8 real_idt_register[], gdt_register[], idt_register[];

void run_real(void);
void run_protected(void);
void monitor(void);

#endif
