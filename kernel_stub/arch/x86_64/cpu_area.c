#include "cpu_area.h"

#include "boot/options.h"
#include "paging.h"
#include "segments.h"

struct cpu cpu __attribute__((aligned(4096), section(".bss.page_of_its_own")));
static uint8_t entry_stack[4096] __attribute__((aligned(4096)));
static uint8_t ist_stacks[ISTS][4096] __attribute__((aligned(4096)));

static pte_t area_pud[TABLE_ENTRIES] __attribute__((aligned(4096)));
static pte_t area_directory[TABLE_ENTRIES] __attribute__((aligned(4096)));
static pte_t area_table[TABLE_ENTRIES] __attribute__((aligned(4096)));

#define UPPER_FLAGS (PTE_P | PTE_W | PTE_A)

/* Nothing of it is executed. */
static pte_t area_flags(void)
{
    return UPPER_FLAGS | (options.nx ? PTE_NX : 0);
}

/* A page of the kernel's image at an address of the area. The same in every page table, so global. */
static void map(word address, const void *page, pte_t rights)
{
    area_table[TABLE_INDEX(address)] = PHYSICAL(page) | PTE_P | PTE_A | PTE_D | PTE_G | rights;
}

bool is_entry_stack(uint32_t frame)
{
    word ist = PHYSICAL(ist_stacks);
    return frame == PHYSICAL(entry_stack) || (frame >= ist && frame < ist + sizeof ist_stacks);
}

void cpu_area_init(void)
{
    swapper_pg_dir[PGD_INDEX(CPU_ENTRY_AREA)] = PHYSICAL(area_pud) | area_flags();
    area_pud[PUD_INDEX(CPU_ENTRY_AREA)] = PHYSICAL(area_directory) | UPPER_FLAGS;
    area_directory[DIRECTORY_INDEX(CPU_ENTRY_AREA)] = PHYSICAL(area_table) | UPPER_FLAGS;

    map(AREA_IDT, idt_table, 0);
    map(AREA_GDT, gdt_table, PTE_W); /* the CPU sets accessed bits there */
    map(AREA_TSS, &cpu, PTE_W);
    map(AREA_ENTRY_STACK_TOP - PAGE_SIZE, entry_stack, PTE_W);
    cpu.tss.rsp[0] = AREA_ENTRY_STACK_TOP;
    for (unsigned n = 1; n <= ISTS; n++) {
        map(AREA_IST_TOP(n) - PAGE_SIZE, ist_stacks[n - 1], PTE_W);
        cpu.tss.ist[n - 1] = AREA_IST_TOP(n);
    }
    cpu.tss.io_map = sizeof cpu.tss;
}
