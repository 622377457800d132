/* dma0, a device that writes memory by itself: registers in a page of physical addresses where no RAM is, each 32 bits
   wide, little-endian; any width of access works. It fills LENGTH bytes at physical ADDRESS with PATTERN, when DELAY
   instructions have retired after the one that wrote START, and then raises interrupt line IRQ_DMA0. It knows no page
   tables. Shared by the guest kernel (C) and the host's device (C++). */
#ifndef RINGSIDE_ABI_DMA_H
#define RINGSIDE_ABI_DMA_H

#define DMA0_BASE 0xFE000000u
#define DMA0_SIZE 0x10000u /* all but the registers below reads as zero and ignores writes */

#define DMA0_ID 0x00      /* read: DMA0_ID_VALUE */
#define DMA0_ADDRESS 0x04 /* physical, of the first byte */
#define DMA0_LENGTH 0x08  /* bytes */
#define DMA0_PATTERN 0x0C /* the low byte is written */
#define DMA0_START 0x10   /* write 1: begins, unless busy */
#define DMA0_STATUS 0x14  /* DMA0_BUSY, DMA0_DONE; write DMA0_DONE: clears it and lowers the line */
#define DMA0_READS 0x18   /* reads of any register but this one since reset */
#define DMA0_DELAY 0x1C   /* instructions from START to completion */

#define DMA0_ID_VALUE 0x44414D52u
#define DMA0_BUSY 1u /* ADDRESS, LENGTH, PATTERN and DELAY cannot be written meanwhile */
#define DMA0_DONE 2u
#define DMA0_DEFAULT_DELAY 1000

#endif
