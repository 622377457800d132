/* /dev/dma0: a buffer of 2^order page frames in one piece, for the device of abi/dma.h to write to and for programs to
   map. How the frames are allocated and by what call mmap enters them in a program's page tables is the program's
   choice, so that every combination can be seen. Each opening has a buffer of its own. */
#ifndef RINGSIDE_ABI_DMA_CALLS_H
#define RINGSIDE_ABI_DMA_CALLS_H

#define DMA_LARGEST_ORDER 4
#define DMA_MAX_PAGES (1 << DMA_LARGEST_ORDER)

/* How a block is allocated: who counts its pages' owners. */
enum dma_allocation_kind {
    DMA_RAW,      /* __get_free_pages: the first page has a count, the others have none */
    DMA_SPLIT,    /* and then split_page: each page has its own */
    DMA_COMP,     /* with __GFP_COMP: all have one, the first page's */
    DMA_RESERVED, /* raw, and marked as nobody's to count: how drivers did it until 2.6.14 */
};

/* What mmap does. */
enum dma_strategy {
    DMA_REMAP_269,      /* remap_pfn_range, as it was in 2.6.9 */
    DMA_REMAP_PFN,      /* remap_pfn_range, since 2.6.15 */
    DMA_INSERT_LOOP,    /* vm_insert_page, one after the other */
    DMA_MAP_PAGES,      /* vm_map_pages */
    DMA_MAP_PAGES_ZERO, /* vm_map_pages_zero: without regard to the place in the file */
    DMA_FAULT,          /* nothing: each page when it is touched */
};

/* ioctls. EINVAL: an argument is none; ENXIO: there is no buffer; EBUSY: there is one, or a transfer is under way. */
#define DMA_ALLOC 0x4401 /* argument: struct dma_allocation. Page i is filled with D0h + i */
#define DMA_FREE 0x4402 /* gives the buffer back, mapped or not */
#define DMA_HOW 0x4403   /* argument: enum dma_strategy, for the next mmap */
#define DMA_START 0x4404 /* argument: struct dma_transfer; the device begins, and the call returns. ENODEV: none there */
#define DMA_WAIT 0x4405  /* sleeps until no transfer is under way; result: transfers completed since the opening */
#define DMA_REPORT 0x4406 /* argument: room for DMA_MAX_PAGES struct dma_page; result: how many the buffer has */

struct dma_allocation {
    unsigned long order, how; /* 0 to DMA_LARGEST_ORDER, enum dma_allocation_kind */
};

struct dma_transfer {
    unsigned long offset, length, pattern; /* bytes of the buffer, and what each becomes */
    unsigned long delay; /* instructions until it happens; 0: the device's own choice */
};

/* One page, as the driver sees it. */
struct dma_page {
    unsigned long frame; /* physical address */
    unsigned long count, byte; /* page_count's word, and its first byte */
};

/* mmap here, one page: the device's registers. They are no RAM, so they have no struct page. */
#define DMA_REGISTERS_OFFSET 0x100000

#endif
