/* The door of the lab "Guard the door": a system call that hands the program's pointer to the student's function, between
   red zones, and tells the host what came back. The functions, the call's number and the limit are linked in with the
   student's object; a kernel without one answers -ENOSYS. */
#include "abi/door.h"

#include "abi/errno.h"
#include "abi/lab.h"
#include "boot/options.h"
#include "user_access.h"
#include "mm/mm.h"
#include "split/split.h"
#include "trap/syscalls.h"
#include "task/task.h"
#include "trap/tracepoint.h"
#include "trap/trap.h"

#define WEAK __attribute__((weak))
WEAK unsigned long my_copy_from_user(void *to, const void *from, unsigned long n);
WEAK unsigned long my_copy_to_user(void *to, const void *from, unsigned long n);
WEAK int my_get_user4(uint32_t *value, const uint32_t *from);
/* Of the student's seed (the lab's variant.c). */
extern WEAK const word door_number, door_limit;

#define RED_ZONE 64
#define RED 0xA5
#define OLD_BYTE 0x5A /* what a function that forgets to zero leaves to be seen */

static struct {
    uint8_t below[RED_ZONE];
    uint8_t buffer[LAB_BUFFER_SIZE];
    uint8_t above[RED_ZONE];
} room;

unsigned long user_limit(void)
{
    return current->addr_limit;
}

bool user_is_mapped(void)
{
    return split_kernel_faults_in;
}

void stac(void)
{
    user_access_begin();
}

void clac(void)
{
    user_access_end();
}

uint32_t follow_page(unsigned long address, bool write)
{
    return (uint32_t)soft_walk(address, write);
}

bool fault_in_page(unsigned long address, bool write)
{
    counters.soft_faults++;
    return fault_in(current->mm, address, write ? FAULT_WRITE : 0, FAULT_ANY_STACK) == FAULT_DONE;
}

void *kmap_user(uint32_t entry)
{
    void *page = split_show_frame(entry);
    counters.kmaps++;
    trace(TP_KMAP, 0, (word)page, entry & PAGE_MASK, 0, 0);
    return page;
}

void kunmap_user(void *page)
{
    (void)page; /* the next kmap_user takes its place */
}

static long answer(word what, void *pointer, word n)
{
    uint32_t value;
    long result;
    switch (what) {
    case DOOR_FROM:
        return (long)my_copy_from_user(room.buffer, pointer, n);
    case DOOR_TO:
        return (long)my_copy_to_user(pointer, room.buffer, n);
    default:
        memset(&value, OLD_BYTE, sizeof value);
        result = my_get_user4(&value, pointer);
        memcpy(room.buffer, &value, sizeof value);
        return result;
    }
}

static void prepare(word what)
{
    memset(room.below, RED, RED_ZONE);
    memset(room.above, RED, RED_ZONE);
    memset(room.buffer, OLD_BYTE, LAB_BUFFER_SIZE);
    for (word i = 0; what == DOOR_TO && i < 256; i++)
        room.buffer[i] = (uint8_t)(i * 7 + 3);
}

/* The way back to the program would hide it: IRET brings the program's own flags. Until then the whole kernel could touch
   user pages by mistake, which is what SMAP is there to catch. */
static void look_for_ac(void)
{
    static const char rule[] = "ac_left_set", text[] = "the function came back with EFLAGS.AC set";
    if (options.smap && read_eflags() & EFLAGS_AC)
        trace(TP_LINT, (word)rule, sizeof rule - 1, (word)text, sizeof text - 1, 0);
}

long sys_lab_door(word what, void *pointer, word n)
{
    static const enum tp_copy directions[] = {[DOOR_FROM] = TP_FROM_USER, [DOOR_TO] = TP_TO_USER,
                                              [DOOR_GET] = TP_GET};
    if (!&door_number || user_regs()->error != door_number)
        return -ENOSYS;
    if (what < DOOR_FROM || what > DOOR_GET || n > LAB_BUFFER_SIZE)
        return -EINVAL;
    word limit = current->addr_limit;
    current->addr_limit = door_limit;
    prepare(what);
    long result = answer(what, pointer, n);
    look_for_ac();
    current->addr_limit = limit;
    trace(TP_COPY, directions[what], (word)pointer, (word)room.buffer, n,
          what == DOOR_GET && result ? n : (word)result);
    for (unsigned i = 0; i < RED_ZONE; i++)
        if (room.below[i] != RED || room.above[i] != RED)
            panic("the copy wrote outside of its buffer");
    return result;
}
