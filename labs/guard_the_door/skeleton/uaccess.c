/* The door to user memory. Read given/door.h first: it says what each function must do and what you are given. */
#include "door.h"

/* Lab 1.1: is the range [from, from + n) the user's? Under 3G/1G the page tables will not tell you: they let the kernel
   reach its own memory just as well. */

/* Lab 1.2: copy, and survive a page that is not there. */
unsigned long my_copy_from_user(void *to, const void *from, unsigned long n)
{
    (void)to;
    (void)from;
    return n; /* nothing was copied */
}

/* Lab 1.3: the other way. */
unsigned long my_copy_to_user(void *to, const void *from, unsigned long n)
{
    (void)to;
    (void)from;
    return n;
}

/* Lab 1.4: one word. */
int my_get_user4(uint32_t *value, const uint32_t *from)
{
    (void)from;
    *value = 0;
    return -EFAULT;
}

/* Lab 1.5: the same file must work where user_is_mapped() is false. */
