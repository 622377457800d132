/* What head.S must know of the levels: here, nothing much. PHYS is head.S's. */
#define ENTRY_SIZE 4
#define TABLE_ENTRIES 1024
#define DIRECTORY swapper_pg_dir
#define DIRECTORY_OFFSET(linear) (((linear) >> 22) * 4)

/* EAX becomes an entry, and EDI goes to the next. */
.macro STORE_ENTRY
    stosl
.endm

/* Under the first addresses, the first 4 MB. */
.macro MAP_FIRST_4MB
    movl $PHYS(direct_map) + TABLE_FLAGS, PHYS(swapper_pg_dir)
.endm
.macro UNMAP_FIRST_4MB
    movl $0, swapper_pg_dir
.endm

.macro CHOOSE_LEVELS
.endm

.macro SWAPPER_TABLES
    .balign 4096
    .globl swapper_pg_dir
swapper_pg_dir:
    .skip 4096
.endm
