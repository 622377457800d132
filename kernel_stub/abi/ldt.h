/* Segments of a program's own: what set_thread_area, clone(CLONE_SETTLS) and modify_ldt take. Linux's layout
   (asm-i386/ldt.h); the bits that it declares one by one are one word here. */
#ifndef RINGSIDE_ABI_LDT_H
#define RINGSIDE_ABI_LDT_H

struct user_desc {
    unsigned int entry_number; /* set_thread_area: -1 asks for a free one */
    unsigned int base_addr;
    unsigned int limit; /* in bytes, or in pages with DESC_LIMIT_IN_PAGES */
    unsigned int flags; /* DESC_* */
};

#define DESC_32BIT 0x01u
#define DESC_CONTENTS_SHIFT 1 /* 0 data, 1 data that grows down, 2 code, 3 conforming code */
#define DESC_CONTENTS_MASK 0x06u
#define DESC_READ_EXEC_ONLY 0x08u
#define DESC_LIMIT_IN_PAGES 0x10u
#define DESC_NOT_PRESENT 0x20u
#define DESC_USEABLE 0x40u /* the bit that is the program's own */

/* With base 0 and limit 0: an entry without a segment. */
#define DESC_EMPTY (DESC_READ_EXEC_ONLY | DESC_NOT_PRESENT)

#define LDT_ENTRIES 512 /* a page's worth; Linux: 8192 */

/* modify_ldt's first argument */
#define LDT_READ 0
#define LDT_WRITE_OLD 1 /* no conforming code, no bit of the program's own */
#define LDT_READ_DEFAULT 2
#define LDT_WRITE 0x11

#endif
