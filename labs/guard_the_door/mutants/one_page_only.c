/* A wrong solution: one page only. */
#include "door.h"

/* Does [pointer, pointer + n) end at or below the limit? The sum is made with a bit to spare: it may carry. */
static bool range_ok(const void *pointer, unsigned long n)
{
    uint64_t end = (uint64_t)(unsigned long)pointer + n;
    return end <= user_limit();
}

/* 3G/1G: the bytes are there, under the same page directory. The instruction may fault; then ECX has what is left. */
static unsigned long copy_mapped(void *to, const void *from, unsigned long n)
{
    unsigned long left = n;
    stac();
    __asm__ volatile("1: rep movsb\n"
                     "2:\n"
                     EXT("1b", "2b")
                     : "+c"(left), "+D"(to), "+S"(from)
                     :
                     : "memory");
    clac();
    return left;
}

/* 4G/4G: the page of a user address, shown to the kernel; NULL when the process may not. */
static void *show_page(unsigned long address, bool write)
{
    uint32_t entry = follow_page(address, write);
    if (!entry && fault_in_page(address, write))
        entry = follow_page(address, write);
    return entry ? kmap_user(entry) : NULL;
}

static unsigned long copy_shown(unsigned long user, uint8_t *kernel, unsigned long n, bool write)
{
    while (n > 0 && user < user_limit()) {
        unsigned long offset = user % 4096, part = n;
        uint8_t *page = show_page(user, write);
        if (!page)
            break;
        if (write)
            memcpy(page + offset, kernel, part);
        else
            memcpy(kernel, page + offset, part);
        kunmap_user(page);
        user += part;
        kernel += part;
        n -= part;
    }
    return n;
}

static unsigned long read_user(void *to, const void *from, unsigned long n)
{
    if (!user_is_mapped())
        return copy_shown((unsigned long)from, to, n, false);
    return range_ok(from, n) ? copy_mapped(to, from, n) : n;
}

unsigned long my_copy_from_user(void *to, const void *from, unsigned long n)
{
    unsigned long left = read_user(to, from, n);
    memset((uint8_t *)to + (n - left), 0, left);
    return left;
}

unsigned long my_copy_to_user(void *to, const void *from, unsigned long n)
{
    if (!user_is_mapped())
        return copy_shown((unsigned long)to, (uint8_t *)from, n, true);
    return range_ok(to, n) ? copy_mapped(to, from, n) : n;
}

int my_get_user4(uint32_t *value, const uint32_t *from)
{
    if (read_user(value, from, sizeof *value) == 0)
        return 0;
    *value = 0;
    return -EFAULT;
}
