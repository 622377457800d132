#include "split/window.h"

static pte_t window_table[TABLE_ENTRIES] __attribute__((aligned(4096)));

/* The window's pages are supervisor's, writable and, since all directories agree on them,
   global. */
#define WINDOW_FLAGS (PTE_P | PTE_W | PTE_A | PTE_D | PTE_G)

void window_init(void)
{
    *directory_entry(swapper_pg_dir, WINDOW) = PHYSICAL(window_table) | PTE_P | PTE_W | PTE_A;
}

void window_map(word linear, const void *pages, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        window_table[TABLE_INDEX(linear) + i] = (PHYSICAL(pages) + i * PAGE_SIZE) | WINDOW_FLAGS;
}

/* Show the frame of a user's PTE to the kernel at the slot's address, with what the kernel
   needs: present, writable. A slot that shows the frame already is left alone; else its old
   translation must go. */
void *kmap(unsigned slot, pte_t user_pte)
{
    word linear = WINDOW_KMAP + slot * PAGE_SIZE;
    pte_t pte = (user_pte & PAGE_MASK) | PTE_P | PTE_W | PTE_A | PTE_D;
    pte_t *entry = &window_table[TABLE_INDEX(linear)];
    if (*entry != pte) {
        *entry = pte;
        invlpg(linear);
    }
    return (void *)linear;
}
