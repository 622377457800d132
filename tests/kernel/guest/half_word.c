/* A word of which only the first half is there: what does a failed get_user leave behind? */
#include "check.h"

int main(void)
{
    char *page = map_at(0x20000000u, PAGE, READ_WRITE);
    uint32_t value;
    page[PAGE - 2] = 'A';
    page[PAGE - 1] = 'B';
    long error = lab_peek(page + PAGE - 2, 0, LAB_WORD);
    lab_poke(&value, sizeof value, LAB_COPY);
    printf("get_user of %08" PRIxPTR ": %d, value %08x\n", (uintptr_t)(page + PAGE - 2), (int)error, (unsigned)value);
    return 0;
}
