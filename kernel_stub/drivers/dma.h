/* The driver of dma0: dma.c has the calls, dma_mmap.c the ways to map a buffer, dma_engine.c the
   device. */
#ifndef DRIVERS_DMA_H
#define DRIVERS_DMA_H

#include "abi/dma_calls.h"
#include "cpu.h"

struct page;
struct vma;

/* One opening's. Every VMA that maps it holds it too: a mapping outlives its descriptor. */
struct dma_buffer {
    unsigned users;
    struct page *block; /* NULL: none */
    unsigned order;
    unsigned how;       /* enum dma_allocation_kind */
    unsigned strategy;  /* enum dma_strategy */
    unsigned completed; /* transfers */
};

unsigned dma_pages(const struct dma_buffer *buffer); /* 0: it has no block */
void dma_buffer_put(struct dma_buffer *buffer);      /* the last user's frees everything */

/* dma_mmap.c */
int dma_map(struct dma_buffer *buffer, struct vma *vma);

/* dma_engine.c */
void dma_engine_init(void);
/* 0, -ENODEV, or -EBUSY: one transfer at a time, whoever's. */
long dma_engine_begin(struct dma_buffer *buffer, const struct dma_transfer *transfer);
bool dma_engine_is_busy_with(const struct dma_buffer *buffer);
bool dma_engine_wait(const struct dma_buffer *buffer); /* false: a signal came first */

#endif
