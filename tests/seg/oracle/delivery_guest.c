/* Records how a processor delivers interrupts: random gates, code segments, stack segments and
 * flags in each ring; the first exception tells what became of the delivery. The handler itself
 * divides by zero, so #DE at its address means "delivered", and its stack is the frame. One line a
 * case goes to the debug console. The tables lie where tests/seg/world.hpp has them. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

enum { GDT = 0x1000, IDT = 0x3000, TSS = 0x5000, HANDLER = 0x6000, EVENT = 0x7000 };
enum { CODE_SLOT = 0x80, STACK_SLOT = 0x90, TSS_SELECTOR = 0x48, CASES = 600 };

struct frame { u32 eip, cs, eflags, esp, ss; };
extern void enter_case(struct frame *frame);
extern u8 stubs[];
extern u32 ended_esp, stack_selector;

static u32 seed = 20261123;
static u32 below(u32 end)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % end;
}

static void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static void print(u64 value, char end)
{
    int shift = 60;
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        out8(0xe9, (u8)"0123456789abcdef"[(value >> shift) & 15]);
    out8(0xe9, (u8)end);
}

static void put64(u32 address, u64 value) { *(volatile u64 *)address = value; }
static void put32(u32 address, u32 value) { *(volatile u32 *)address = value; }
static u32 get32(u32 address) { return *(volatile u32 *)address; }

static u64 gate(u32 selector, u32 offset, u32 access)
{
    return (offset & 0xffff) | (u64)selector << 16 | (u64)access << 40 | (u64)(offset >> 16) << 48;
}
/* Flat, 32-bit; expand-down with limit 0, which is nearly flat too: QEMU checks no limits. */
static u64 flat(u32 access)
{
    int down = (access & 0x1c) == 0x14;
    return (down ? 0 : 0x000f00000000ffffull) | (u64)access << 40 | 0xcull << 52;
}

static u32 code_of(u32 ring) { return 0x08 + ring * 0x11; }
static u32 data_of(u32 ring) { return 0x10 + ring * 0x11; }
static u32 stack_of(u32 ring) { return 0x8800 + ring * 0x1000; }

static void lay_tables(void)
{
    struct { u16 limit; u32 base; } __attribute__((packed)) gdtr = {0xfff, GDT}, idtr = {0x7ff, IDT};
    for (u32 at = GDT; at < TSS + 0x1000; at += 4)
        put32(at, 0);
    for (u32 ring = 0; ring < 4; ring++) {
        put64(GDT + (code_of(ring) & ~7u), flat(0x9b | ring << 5));
        put64(GDT + (data_of(ring) & ~7u), flat(0x93 | ring << 5));
    }
    put64(GDT + TSS_SELECTOR, 0x0000890000000067ull | (u64)TSS << 16);
    for (u32 vector = 0; vector < 15; vector++)
        put64(IDT + vector * 8, gate(0x08, (u32)stubs + vector * 16, 0x8e));
    __asm__ volatile("lgdt %0\n lidt %1\n ljmp $0x08, $1f\n1:\n mov %2, %%ss\n mov %2, %%ds\n"
                     "mov %2, %%es\n ltr %w3"
                     : : "m"(gdtr), "m"(idtr), "r"(0x10), "r"(TSS_SELECTOR) : "memory");
}

static u32 any_stack_selector(u32 ring)
{
    switch (below(8)) {
    case 0: return below(4);                  /* null */
    case 1: return 0xfff8 | below(4);         /* beyond the GDT */
    case 2: return data_of(below(4));
    case 3: return STACK_SLOT | below(4);
    default: return STACK_SLOT | ring;
    }
}

static u32 any_code_selector(void)
{
    switch (below(16)) {
    case 0: return below(4);
    case 1: return 0xfff8 | below(4);
    case 2: return data_of(below(4));
    case 3: return code_of(below(4));
    default: return CODE_SLOT | below(4);
    }
}

static void record(void)
{
    static const struct { u8 bytes[2], vector; } events[] = {
        {{0xcd, 0x80}, 0x80}, {{0xcc, 0x90}, 3}, {{0xce, 0x90}, 4}, {{0x0f, 0x0b}, 6}};
    static const u8 gates[] = {0x0e, 0x0f, 0x0e, 0x0f, 0x06, 0x07};
    u32 const event = below(4), cpl = below(4), vector = events[event].vector;
    /* Mostly present code of an inner ring behind a gate that may be used. */
    u32 const code_type = below(6) ? 0x1a | below(6) : below(32);
    u64 const code = flat((below(8) ? 0x80 : 0) | (below(3) ? below(cpl + 1) : below(4)) << 5 | code_type);
    u32 const stack_ring = 1 + below(2);
    u64 const stack = flat((below(6) ? 0x80 : 0) | (below(4) ? stack_ring : below(4)) << 5 |
                           (below(4) ? 0x12 | below(2) << 2 : below(32)));
    u32 const gate_type = below(8) ? gates[below(sizeof gates)] : below(32);
    u32 const gate_dpl = below(6) ? 3 : below(4);
    /* A task gate would leave the machine in another task: not here. */
    u32 const access = (below(12) ? 0x80 : 0) | gate_dpl << 5 | (gate_type == 5 ? 4 : gate_type);
    u64 const tested = gate(any_code_selector(), HANDLER, access);
    u32 const flags = ((below(1u << 23) & 0x2472d5) | 2 | (event == 2 ? 0x800 : 0)) & ~0x100u;
    u32 const ss1 = any_stack_selector(1), ss2 = any_stack_selector(2);
    u64 const kept = *(volatile u64 *)(IDT + vector * 8);
    struct frame start = {EVENT, code_of(cpl), flags, stack_of(cpl) - 0x100, data_of(cpl)};

    put64(GDT + CODE_SLOT, code);
    put64(GDT + STACK_SLOT, stack);
    put64(IDT + vector * 8, tested);
    for (u32 ring = 0; ring < 3; ring++) {
        put32(TSS + 4 + ring * 8, stack_of(ring));
        put32(TSS + 8 + ring * 8, ring == 0 ? 0x10 : ring == 1 ? ss1 : ss2);
    }
    *(volatile u8 *)HANDLER = 0xf7; /* div %eax */
    *(volatile u8 *)(HANDLER + 1) = 0xf0;
    *(volatile u8 *)EVENT = events[event].bytes[0];
    *(volatile u8 *)(EVENT + 1) = events[event].bytes[1];
    if (cpl == 0) { /* IRET keeps the stack: the frame lies on it */
        struct frame *on_stack = (struct frame *)(start.esp - 12);
        on_stack->eip = start.eip;
        on_stack->cs = start.cs;
        on_stack->eflags = start.eflags;
        enter_case(on_stack);
    } else {
        enter_case(&start);
    }
    put64(IDT + vector * 8, kept);

    u32 const at = ended_esp; /* vector, code, EIP, CS, EFLAGS, and ESP, SS out of an outer ring */
    u32 const ring = get32(at + 12) & 3;
    u32 const esp = ring ? get32(at + 20) : at + 20;
    u32 const ss = ring ? get32(at + 24) : stack_selector & 0xffff;
    print(event, ' ');
    print(cpl, ' ');
    print(flags, ' ');
    print(tested, ' ');
    print(code, ' ');
    print(stack, ' ');
    print(ss1, ' ');
    print(ss2, ' ');
    print(get32(at), ' ');
    print(get32(at + 4), ' ');
    print(get32(at + 8), ' ');
    print(get32(at + 12) & 0xffff, ' ');
    print(get32(at + 16), ' ');
    print(ss & 0xffff, ' ');
    print(esp, ' ');
    for (u32 word = 0; word < 5; word++)
        print(get32(esp + word * 4), word == 4 ? '\n' : ' ');
}

void record_all(void)
{
    out8(0x21, 0xff); /* no interrupts from outside */
    out8(0xa1, 0xff);
    lay_tables();
    for (u32 number = 0; number < CASES; number++)
        record();
    out8(0xf4, 0);
}
