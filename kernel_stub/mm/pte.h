/* A user's page table entry, as the software reads it.

     P=1                    a page: the frame and what the CPU may do
     P=0, PROTNONE          a page too, but of a VMA without any right
     P=0, otherwise not 0   the page is in a slot of the swap disk: bits 1-6 are the disk (0),
                            bits 8-31 the slot; no page is in slot 0, so this is never 0
     0                      nothing was there yet                                            */
#ifndef MM_PTE_H
#define MM_PTE_H

#include "mm/frames.h"

#define PTE_PROTNONE 0x080u   /* Linux's _PAGE_PROTNONE; means something only while P=0 */
#define PTE_SPECIAL 0x200u    /* the frame is not counted: page of zeros, device, remap_pfn_range */
#define PTE_SOFT_DIRTY 0x800u /* written to since somebody last asked */

ALWAYS_INLINE bool pte_present(pte_t pte)
{
    return pte & (PTE_P | PTE_PROTNONE);
}

ALWAYS_INLINE bool pte_is_swap(pte_t pte)
{
    return pte != 0 && !pte_present(pte);
}

ALWAYS_INLINE uint32_t pte_frame(pte_t pte)
{
    return (uint32_t)(pte & PAGE_MASK);
}

ALWAYS_INLINE uint32_t swap_slot_of(pte_t pte)
{
    return (uint32_t)pte >> 8;
}

ALWAYS_INLINE pte_t swap_pte(uint32_t slot)
{
    return (pte_t)slot << 8;
}

/* The counted frame behind a present entry, or NULL. */
ALWAYS_INLINE struct page *vm_normal_page(pte_t pte)
{
    return pte & PTE_SPECIAL ? NULL : page_of(pte_frame(pte));
}

#endif
