/* What the test driver and its test say to each other. */
#ifndef DRIVER_PAGES_H
#define DRIVER_PAGES_H

#include <stdint.h>

enum { HOW_RAW, HOW_SPLIT, HOW_COMP, HOW_RESERVED };
enum {
    STRATEGY_REMAP_269,
    STRATEGY_REMAP_PFN,
    STRATEGY_INSERT,
    STRATEGY_INSERT_TWICE,
    STRATEGY_MAP_PAGES,
    STRATEGY_MAP_PAGES_ZERO,
    STRATEGY_FAULT,
    STRATEGY_HEAP,
    STRATEGY_UNALIGNED,
};

struct pages_request {
    uint32_t order, how, strategy;
};

struct page_report {
    uint32_t count, byte, by_ioremap;
};

#endif
