/* A driver's pages in a program's address space. */
#include "mm/remap.h"

#include "abi/errno.h"
#include "mm/pte.h"
#include "trap/trap.h"

/* Is there a page that can be counted, and is it neither a program's own nor the heap's? A tail of
   a block that was neither split nor made as a compound has no count: nobody could tell when it
   becomes free. */
static bool may_insert(struct page *page)
{
    if (compound_head(page)->count == 0)
        return false;
    return !(page->flags & (PG_ANON | PG_SLAB | PG_TABLE));
}

int vm_insert_page(struct vma *vma, word address, struct page *page)
{
    if (address < vma->start || address >= vma->end)
        return -EFAULT;
    if (!may_insert(page))
        return -EINVAL;
    if (vma->flags & VM_PFNMAP)
        panic("vm_insert_page into a VMA of remap_pfn_range");
    vma->flags |= VM_MIXEDMAP;
    pte_t *pte = pte_alloc(vma->mm, address);
    if (!pte)
        return -ENOMEM;
    if (*pte)
        return -EBUSY;
    get_page(page);
    map_page(vma->mm, pte, page, vm_page_prot(vma->flags) | PTE_A);
    return 0;
}

static int map_pages(struct vma *vma, struct page **pages, word num, word first)
{
    word count = (vma->end - vma->start) / PAGE_SIZE;
    if (first >= num)
        return -ENXIO;
    if (count > num - first)
        return -ENXIO;
    int error = 0;
    for (word i = 0; i < count && !error; i++)
        error = vm_insert_page(vma, vma->start + i * PAGE_SIZE, pages[first + i]);
    return error;
}

int vm_map_pages(struct vma *vma, struct page **pages, word num)
{
    return map_pages(vma, pages, num, vma->pgoff);
}

int vm_map_pages_zero(struct vma *vma, struct page **pages, word num)
{
    return map_pages(vma, pages, num, 0);
}

/* The entry, marked so that nobody will count the frame. */
static int map_frame(struct vma *vma, word address, uint32_t physical)
{
    pte_t *pte = pte_alloc(vma->mm, address);
    if (!pte)
        return -ENOMEM;
    if (*pte)
        panic("remap of %08" PRIxPTR ", where a page is already", address);
    set_pte(vma->mm, pte, physical | vm_page_prot(vma->flags) | PTE_A | PTE_SPECIAL);
    return 0;
}

/* A private VMA that may be written must be mapped as a whole: what is not a copy in it is then
   known to be the device's. */
int remap_pfn_range(struct vma *vma, word address, uint32_t physical, word size)
{
    word end = address + PAGE_UP(size);
    if (address & ~PAGE_MASK)
        return -EINVAL;
    if ((vma->flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE) {
        if (address != vma->start || end != vma->end)
            return -EINVAL;
        vma->pgoff = physical / PAGE_SIZE;
    }
    vma->flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
    int error = 0;
    for (; address < end && !error; address += PAGE_SIZE, physical += PAGE_SIZE)
        error = map_frame(vma, address, physical);
    return error;
}

int remap_page_range(struct vma *vma, word address, uint32_t physical, word size)
{
    word end = address + PAGE_UP(size);
    vma->flags |= VM_IO | VM_RESERVED;
    int error = 0;
    for (; address < end && !error; address += PAGE_SIZE, physical += PAGE_SIZE)
        if (!pfn_valid(physical) || page_of(physical)->flags & PG_RESERVED)
            error = map_frame(vma, address, physical);
    return error;
}
