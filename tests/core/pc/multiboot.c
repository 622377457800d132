/* Prints what a Multiboot loader handed over (specification 0.6.96, sections 3.2 and 3.3): test_multiboot.py compares loaders. */
#include "kernel_stub/abi/ports.h"

#include <stdint.h>

extern uint32_t entry_eax, entry_ebx, entry_eflags, entry_cr0;

struct information {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4],
        mmap_length, mmap_addr, drives_length, drives_addr, config_table, boot_loader_name;
};
struct module {
    uint32_t start, end, string, reserved;
};
struct memory_range {
    uint32_t size, base_low, base_high, length_low, length_high, type;
};

#define HAS_MEMORY 0x001u
#define HAS_BOOT_DEVICE 0x002u
#define HAS_COMMAND_LINE 0x004u
#define HAS_MODULES 0x008u
#define HAS_MEMORY_MAP 0x040u
#define HAS_LOADER_NAME 0x200u

static void put(char c)
{
    __asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)PORT_CONSOLE));
}

static void say(const char *text)
{
    while (*text)
        put(*text++);
}

static void number(const char *name, uint32_t value)
{
    say(" ");
    say(name);
    say("=");
    for (int shift = 28; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 0xF]);
}

static void say_modules(const struct information *information)
{
    const struct module *module = (const struct module *)information->mods_addr;
    for (uint32_t i = 0; i < information->mods_count; i++, module++) {
        say("module");
        number("size", module->end - module->start);
        number("in_page", module->start & 0xFFF);
        number("reserved", module->reserved);
        number("bytes", *(const uint32_t *)module->start);
        say(" string=");
        say((const char *)module->string);
        say("\n");
    }
}

static void say_memory_map(const struct information *information)
{
    uint32_t at = information->mmap_addr;
    while (at < information->mmap_addr + information->mmap_length) {
        const struct memory_range *range = (const struct memory_range *)at;
        say("range");
        number("high", range->base_high);
        number("base", range->base_low);
        number("length_high", range->length_high);
        number("length", range->length_low);
        number("type", range->type);
        say("\n");
        at += range->size + 4;
    }
}

void main(void)
{
    const struct information *information = (const struct information *)entry_ebx;
    say("entry");
    number("eax", entry_eax);
    number("protected_paging", entry_cr0 & 0x80000001);
    number("vm_if", entry_eflags & 0x20200);
    say("\ninformation");
    number("flags", information->flags);
    number("mods_count", information->mods_count);
    say("\n");
    if (information->flags & HAS_MEMORY) {
        say("memory");
        number("lower", information->mem_lower);
        number("upper", information->mem_upper);
        say("\n");
    }
    if (information->flags & HAS_BOOT_DEVICE) {
        say("boot_device");
        number("drive", information->boot_device);
        say("\n");
    }
    if (information->flags & HAS_COMMAND_LINE) {
        say("command_line ");
        say((const char *)information->cmdline);
        say("\n");
    }
    if (information->flags & HAS_LOADER_NAME) {
        say("loader ");
        say((const char *)information->boot_loader_name);
        say("\n");
    }
    if (information->flags & HAS_MODULES)
        say_modules(information);
    if (information->flags & HAS_MEMORY_MAP)
        say_memory_map(information);
}
