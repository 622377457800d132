/* The page tables of a process. The kernel reads and writes them through its map of RAM. */
#include "mm/mm.h"
#include "split/split.h"

/* A directory entry allows everything; the table decides. */
#define TABLE_FLAGS (PTE_P | PTE_W | PTE_U | PTE_A)

static pte_t *table_of(pte_t entry)
{
    return POINTER(entry & PAGE_MASK);
}

/* The entry of the page at address, or NULL if not even its table exists. */
pte_t *pte_find(struct mm *mm, word address)
{
    pte_t entry = mm->directory[DIRECTORY_INDEX(address)];
    if (!(entry & PTE_P))
        return NULL;
    return &table_of(entry)[TABLE_INDEX(address)];
}

pte_t *pte_alloc(struct mm *mm, word address)
{
    pte_t *entry = &mm->directory[DIRECTORY_INDEX(address)];
    if (!(*entry & PTE_P)) {
        uint32_t frame = frame_alloc();
        if (!frame)
            return NULL;
        *entry = frame | TABLE_FLAGS;
    }
    return &table_of(*entry)[TABLE_INDEX(address)];
}

/* Give the program a frame that nobody else has, without waiting for it to ask. */
bool map_new_page(struct mm *mm, word address, uint32_t frame)
{
    pte_t *pte = pte_alloc(mm, address);
    if (!pte)
        return false;
    *pte = frame | PTE_P | PTE_W | PTE_U | PTE_A | PTE_D;
    mm->resident++;
    return true;
}

/* Take away every page in start..end. A whole missing table is one step of 4 MB. */
void zap_range(struct mm *mm, word start, word end)
{
    word address = start;
    while (address < end) {
        pte_t *pte = pte_find(mm, address);
        if (!pte) {
            address = (address | (DIRECTORY_SPAN - 1)) + 1;
            if (address == 0)
                break;
            continue;
        }
        if (*pte & PTE_P) {
            uint32_t frame = *pte & PAGE_MASK;
            *pte = 0;
            split_drop_page(address);
            mm->resident--;
            if (frame != zero_frame)
                page_put(page_of(frame));
        }
        address += PAGE_SIZE;
    }
}

struct mm *mm_new(void)
{
    struct mm *mm = kmalloc(sizeof *mm);
    uint32_t frame = mm ? frame_alloc() : 0;
    if (!frame)
        return NULL;
    mm->directory = POINTER(frame);
    split_fill_directory(mm->directory);
    return mm;
}

/* Give back the pages, then the tables that held them, then the directory. */
void mm_destroy(struct mm *mm)
{
    while (mm->vmas) {
        struct vma *vma = mm->vmas;
        mm->vmas = vma->next;
        zap_range(mm, vma->start, vma->end);
        kfree(vma, sizeof *vma);
    }
    for (unsigned i = 0; i < DIRECTORY_INDEX(TASK_SIZE); i++)
        if (mm->directory[i] & PTE_P)
            frame_free(mm->directory[i] & PAGE_MASK);
    frame_free(PHYSICAL(mm->directory));
    kfree(mm, sizeof *mm);
}
