/* The only doors to user memory. The copying functions return the number of bytes NOT copied;
   each tells its story by TP_COPY when it ends. The `__` variants skip the range check (under
   4G/4G there is none). */
#ifndef MM_UACCESS_H
#define MM_UACCESS_H

#include "cpu.h"

word copy_from_user(void *to, const void *from, word n); /* what did not arrive is zeroed */
word copy_to_user(void *to, const void *from, word n);
word __copy_from_user(void *to, const void *from, word n);
word __copy_to_user(void *to, const void *from, word n);
word clear_user(void *to, word n);
int get_user(uint32_t *value, const void *from); /* 0, or -EFAULT and *value = 0 */
int put_user(uint32_t value, void *to);          /* 0 or -EFAULT */
/* The same with a machine word. */
#ifdef __x86_64__
bool user_range_ok(const void *pointer, word n); /* what the copies ask first; told only where it is refused */
int get_user_word(word *value, const void *from);
int put_user_word(word value, void *to);
#else
#define get_user_word get_user
#define put_user_word put_user
#endif
/* Whose memory these functions reach: USER_DS, the program's, or KERNEL_DS, the kernel's own, when the
   kernel calls for itself what is written for programs. Under `segmented` the selector really goes into
   FS; elsewhere only its name is left, and it is the limit of the range check that moves. */
word get_fs(void);
void set_fs(word selector);
/* The string's length (n: its end was not among n bytes), or -EFAULT. */
long strncpy_from_user(char *to, const char *from, long n);

/* Where the kernel must not sleep: a copy of these then fails where a page would have to be brought.
   Calls nest. */
void pagefault_disable(void);
void pagefault_enable(void);
bool pagefaults_are_disabled(void);

#endif
