/* Runs every case of the table in its mode and prints one line about each: the vector that ended it, and what changed.
   The lines are compared with those of other processors, real or emulated. */
#include "monitor.h"

#include "layout.h"

#define PATTERN_SIZE 0x100 /* filled at both ends of each of the case's segments */

static void put(char c)
{
    __asm__ volatile("outb %0, $0xe9" : : "a"(c));
}

static void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

static void put_hex(u32 value, int digits)
{
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        put("0123456789abcdef"[(value >> shift) & 15]);
}

static void write32(u32 address, u32 value)
{
    *(volatile u32 *)address = value;
}

static u32 read32(u32 address)
{
    return *(volatile u32 *)address;
}

static void descriptor(u32 selector, u32 low, u32 high)
{
    write32(GDT + selector, low);
    write32(GDT + selector + 4, high);
}

/* A segment of 64 KiB. */
static void segment(u32 selector, u32 base, u32 access, u32 big)
{
    descriptor(selector, base << 16 | 0xffff,
               (base & 0xff000000) | (big ? 0x400000 : 0) | access << 8 | (base >> 16 & 0xff));
}

static void system_segment(u32 selector, u32 base, u32 limit, u32 type)
{
    descriptor(selector, base << 16 | limit, type << 8 | base >> 16);
}

static void make_tables(const struct test_case *c)
{
    u32 dpl = c->cpl << 5;
    for (u32 at = GDT; at <= GDT + GDT_LIMIT; at += 4)
        write32(at, 0);
    descriptor(FLAT_CODE, 0xffff, 0x00cf9b00);
    descriptor(FLAT_DATA, 0xffff, 0x00cf9300);
    segment(CODE_16, 0xf0000, 0x9b, 0);
    segment(DATA_16, 0, 0x93, 0);
    segment(CASE_CS, CASE_CODE, 0x9b | dpl, c->big);
    segment(CASE_DS, CASE_DATA, 0x93 | dpl, c->big);
    segment(CASE_SS, CASE_STACK, 0x93 | dpl, c->big);
    segment(CASE_ES, CASE_EXTRA, 0x93 | dpl, c->big);
    descriptor(CASE_FS, 0xffff, 0x00cf9300 | dpl << 8);
    segment(CASE_GS, CASE_EXTRA, 0x91 | dpl, c->big); /* read-only */
    system_segment(TASK, TSS, 0x67, 0x89);
    system_segment(STRAY_TASK, STRAY_TSS, 0x67, 0x89);
    system_segment(LOCAL, LDT, 0x3f, 0x82);
    for (u32 at = TSS; at < LDT + 0x100; at += 4)
        write32(at, 0);
    write32(TSS + 4, HANDLER_STACK);
    write32(TSS + 8, FLAT_DATA);
    write32(TSS + 0x64, 0x680000); /* no I/O permission bitmap */
    write32(STRAY_TSS + 0x20, (u32)stray_task);
    write32(STRAY_TSS + 0x24, 2);
    write32(STRAY_TSS + 0x30, 8); /* EDX: the vector */
    write32(STRAY_TSS + 0x38, STRAY_STACK);
    for (u32 at = STRAY_TSS + 0x48; at < STRAY_TSS + 0x60; at += 4)
        write32(at, FLAT_DATA);
    write32(STRAY_TSS + 0x4c, FLAT_CODE);
    for (u32 vector = 0; vector < 256; vector++) {
        u32 stub = (u32)protected_stubs + 16 * vector;
        write32(vector * 4, 0xf0000000 | ((u32)real_stubs + 8 * vector - 0xf0000));
        write32(IDT + vector * 8, FLAT_CODE << 16 | (stub & 0xffff));
        write32(IDT + vector * 8 + 4, (stub & 0xffff0000) | (vector == 3 ? 0xee00 : 0x8e00));
    }
    write32(IDT + 8 * 8, STRAY_TASK << 16);
    write32(IDT + 8 * 8 + 4, 0x8500);
    __asm__ volatile("lgdt %0; lidt %1; lldt %w2; ltr %w3"
                     :
                     : "m"(*gdt_register), "m"(*idt_register), "r"(LOCAL), "r"(TASK));
}

static void fill_segments(void)
{
    for (u32 base = CASE_CODE; base <= CASE_EXTRA; base += 0x10000)
        for (u32 at = 0; at < PATTERN_SIZE; at += 4) {
            write32(base + at, 0x03020100 + at * 0x01010101 + base);
            write32(base + 0x10000 - PATTERN_SIZE + at, 0xf3f2f1f0 + at * 0x01010101 + base);
        }
}

static void set_registers(const struct test_case *c)
{
    static const u32 general[8] = {0x11223344, 0x55667788, 0x99aabbcc, 0xddeeff00, 0x8000, 0x9000, 0x40, 0x80};
    u32 rpl = c->cpl;
    for (int i = 0; i < 8; i++)
        before.general[i] = general[i];
    before.eip = 0x100;
    before.eflags = c->mode == VIRTUAL_8086 ? 0x20002 : 2;
    before.vector = before.error = 0;
    if (c->mode == PROTECTED) {
        before.cs = CASE_CS | rpl;
        before.ds = CASE_DS | rpl;
        before.ss = CASE_SS | rpl;
        before.es = CASE_ES | rpl;
        before.fs = CASE_FS | rpl;
        before.gs = CASE_GS | rpl;
    } else {
        before.cs = CASE_CODE >> 4;
        before.ds = CASE_DATA >> 4;
        before.ss = CASE_STACK >> 4;
        before.es = CASE_EXTRA >> 4;
        before.fs = before.gs = 0x100;
    }
    for (u32 i = 0; i < c->set_count; i++)
        ((u32 *)&before)[c->set[i].first] = c->set[i].second;
    far16 = before.cs << 16 | before.eip;
    after = before;
}

static void prepare(const struct test_case *c)
{
    u32 zero = 0, open = 0x400;
    __asm__ volatile("mov %0, %%cr4; mov %0, %%cr3; mov %0, %%dr7" : : "r"(zero));
    __asm__ volatile("mov %0, %%dr7; mov %1, %%dr6; mov %1, %%dr0; mov %1, %%dr1; mov %1, %%dr2; mov %1, %%dr3"
                     :
                     : "r"(open), "r"(zero));
    make_tables(c);
    fill_segments();
    for (u32 i = 0; i < (u32)(trampoline_end - trampoline); i++)
        *(volatile u8 *)(TRAMPOLINE + i) = trampoline[i];
    set_registers(c);
    for (u32 i = 0; i < c->code_size; i++)
        *(volatile u8 *)(CASE_CODE + 0x100 + i) = c->code[i];
    for (u32 i = 0; i < 16; i++)
        *(volatile u8 *)(CASE_CODE + 0x100 + c->code_size + i) = 0xcc;
    for (u32 i = 0; i < c->poke_count; i++)
        write32(c->poke[i].first, c->poke[i].second);
}

/* #DF came through its task gate: the case's registers are in the TSS. */
static void take_from_tss(void)
{
    static const u8 general[8] = {0x28, 0x2c, 0x30, 0x34, 0x38, 0x3c, 0x40, 0x44};
    for (int i = 0; i < 8; i++)
        after.general[i] = read32(TSS + general[i]);
    after.eip = read32(TSS + 0x20);
    after.eflags = read32(TSS + 0x24);
    after.error = 0;
    after.es = read32(TSS + 0x48);
    after.cs = read32(TSS + 0x4c);
    after.ss = read32(TSS + 0x50);
    after.ds = read32(TSS + 0x54);
    after.fs = read32(TSS + 0x58);
    after.gs = read32(TSS + 0x5c);
}

static u32 digest(u32 base)
{
    u32 hash = 0x811c9dc5;
    for (u32 at = 0; at < PATTERN_SIZE; at += 4) {
        hash = (hash ^ read32(base + at)) * 0x01000193;
        hash = (hash ^ read32(base + 0x10000 - PATTERN_SIZE + at)) * 0x01000193;
    }
    return hash;
}

static void print(const struct test_case *c, u32 number)
{
    static const char *const names[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
                                        0,     "cs",  "fl",  "ss",  "ds",  "es",  "fs",  "gs"};
    put_hex(number, 3);
    put_text(" v");
    put_hex(after.vector, 2);
    put_text(" e");
    put_hex(after.error & 0xffff, 4);
    put_text(" ip");
    put_hex(after.eip - 0x100, 4);
    after.eip = before.eip;
    for (u32 i = 0; i < sizeof names / sizeof *names; i++) {
        u32 value = ((u32 *)&after)[i];
        u32 mask = i == 9 || i > 10 ? 0xffff : 0xffffffff;
        if (names[i] && (value & mask) != (((u32 *)&before)[i] & mask)) {
            put(' ');
            put_text(names[i]);
            put('=');
            put_hex(value & mask, mask == 0xffff ? 4 : 8);
        }
    }
    put_text(" m");
    put_hex(digest(CASE_DATA) ^ digest(CASE_STACK) * 3 ^ digest(CASE_EXTRA) * 7, 8);
    for (u32 i = 0; i < c->dump_count; i++) {
        put_text(" [");
        put_hex(c->dump[i], 5);
        put_text("]=");
        put_hex(read32(c->dump[i]), 8);
    }
    put('\n');
}

void monitor(void)
{
    __asm__ volatile("outb %0, $0x21; outb %0, $0xa1" : : "a"((u8)0xff)); /* no interrupts */
    for (u32 number = 0; number < test_case_count; number++) {
        const struct test_case *c = &test_cases[number];
        prepare(c);
        if (c->mode == REAL)
            run_real();
        else
            run_protected();
        if (after.vector == 8)
            take_from_tss();
        print(c, number);
    }
}
