/* head.S could not know whether the CPU has NX, so all that it mapped can be written and executed. Here what is written is no more
   executed, and of the image what is executed, or constant, no more written. */
#include "kernel_map.h"

#include "boot/options.h"

#define IMAGE_SIZE 0x400000 /* head.S maps so much */

/* All below an entry of the highest level: nothing is executed in the map of RAM, nor where vmalloc has its pages. Linux has the bit
   in each page's own entry. */
static void forbid_execution(word address)
{
    swapper_pg_dir[PGD_INDEX(address)] |= PTE_NX;
}

static void set_rights(word from, word to, pte_t take, pte_t give)
{
    for (pte_t *entry = image_entry(from); entry < image_entry(to); entry++)
        *entry = (*entry & ~take) | give;
}

static void protect_image(pte_t nx)
{
    word text = (word)_kernel_start, constants = (word)_text_end, data = (word)_rodata_end;
    set_rights(KERNEL_IMAGE + PAGE_SIZE, text, 0, nx);
    set_rights(text, constants, PTE_W, 0);
    set_rights(constants, data, PTE_W, nx);
    set_rights(data, KERNEL_IMAGE + IMAGE_SIZE, 0, nx);
}

/* Before there are global pages: the load of CR3 must drop what the TLB knows. */
void kernel_map_protect(void)
{
    protect_image(options.nx ? PTE_NX : 0);
    if (options.nx) {
        forbid_execution(PAGE_OFFSET);
        forbid_execution(VMALLOC_START);
    }
    write_cr3(read_cr3());
}
