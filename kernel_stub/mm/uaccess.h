/* The only doors to user memory. The copying functions return the number of bytes NOT copied;
   each tells its story by TP_COPY when it ends. The `__` variants skip the range check (under
   4G/4G there is none). */
#ifndef MM_UACCESS_H
#define MM_UACCESS_H

#include "arch/i386/cpu.h"

word copy_from_user(void *to, const void *from, word n); /* what did not arrive is zeroed */
word copy_to_user(void *to, const void *from, word n);
word __copy_from_user(void *to, const void *from, word n);
word __copy_to_user(void *to, const void *from, word n);
word clear_user(void *to, word n);
int get_user(uint32_t *value, const void *from); /* 0, or -EFAULT and *value = 0 */
int put_user(uint32_t value, void *to);          /* 0 or -EFAULT */
/* The string's length (n: its end was not among n bytes), or -EFAULT. */
long strncpy_from_user(char *to, const char *from, long n);

#endif
