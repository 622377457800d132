/* get_user_pages: find a program's page as the CPU would, fault it in if it is not there, and hold
   it. ptrace and process_vm_readv reach other processes this way. */
#include "mm/mm.h"
#include "mm/pte.h"
#include "mm/swap.h"

/* The page that is there and allows the access, or NULL. */
static struct page *find_user_page(struct mm *mm, word address, bool write)
{
    pte_t *pte = pte_find(mm, address);
    if (!pte || !pte_present(*pte) || (write && !(*pte & PTE_W)))
        return NULL;
    *pte |= PTE_A | (write ? PTE_D | PTE_SOFT_DIRTY : 0);
    return page_of(pte_frame(*pte));
}

static bool may_access(const struct vma *vma, uint32_t flags)
{
    if (vma->flags & (VM_IO | VM_PFNMAP)) /* no page to hold */
        return false;
    if (vma->flags & (flags & FOLL_WRITE ? VM_WRITE : VM_ACCESS))
        return true;
    if (!(flags & FOLL_FORCE))
        return false;
    /* By force a private page is written although it is read-only: the process gets its copy. */
    return flags & FOLL_WRITE ? !(vma->flags & VM_SHARED) && vma->flags & VM_MAYWRITE
                              : (vma->flags & VM_MAYREAD) != 0;
}

struct page *get_user_page(struct mm *mm, word address, uint32_t flags)
{
    bool write = flags & FOLL_WRITE;
    struct vma *vma = find_vma(mm, address);
    if (vma && vma->start > address && !stack_grow(mm, vma, address, FAULT_ANY_STACK))
        return NULL;
    if (!vma || !may_access(vma, flags))
        return NULL;
    struct page *page = find_user_page(mm, address, write);
    while (!page) {
        if (handle_mm_fault(vma, address, write, false) != FAULT_DONE)
            return NULL;
        /* A copy that was made by force stays read-only: now it is enough that it is there. */
        write = write && vma->flags & VM_WRITE;
        page = find_user_page(mm, address, write);
    }
    get_page(page);
    return page;
}

word access_process_vm(struct mm *mm, word address, void *buffer, word n, uint32_t flags)
{
    uint8_t *at = buffer;
    word left = n;
    while (left > 0) {
        struct page *page = get_user_page(mm, address, flags);
        if (!page)
            break;
        word offset = address % PAGE_SIZE;
        word part = PAGE_SIZE - offset < left ? PAGE_SIZE - offset : left;
        uint8_t *bytes = (uint8_t *)page_address(page) + offset;
        if (flags & FOLL_WRITE)
            memcpy(bytes, at, part);
        else
            memcpy(at, bytes, part);
        put_user_page(page);
        at += part;
        address += part;
        left -= part;
    }
    return n - left;
}
