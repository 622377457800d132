/* The stack of a new program, put together from the top down while the old program still runs, in
   frames that become the new one's:

     TASK_SIZE   one word of zero
                 the strings of environment and arguments, the first argument lowest
                 (alignment)
                 the auxiliary vector
                 0           end of the environment
                 envp[n - 1] .. envp[0]
                 0           end of argv
                 argv[n - 1] .. argv[0]
     ESP ->      argc

   The kernel fills it through its own map of RAM: exec is the one writer of user memory that needs
   no copy_to_user. */
#ifndef FS_NEW_STACK_H
#define FS_NEW_STACK_H

#include "cpu.h"

struct mm;

#define NEW_STACK_PAGES 32 /* as Linux 2.x had it: 128 KB for everything */

struct new_stack {
    uint32_t frames[NEW_STACK_PAGES]; /* topmost first; 0: nothing there yet */
    word bottom;                      /* the lowest address in use */
#ifdef __x86_64__
    word top;           /* where it ends */
    unsigned word_size; /* of the program */
#endif
    unsigned argc, envc;
};

/* Each gives 0 or an error number, negated; what was taken is given back by drop. */
void new_stack_begin(struct new_stack *stack);
#ifdef __x86_64__
void new_stack_for_i386(struct new_stack *stack); /* after begin: it ends below 4 GB, and has words of 4 bytes */
#endif
int new_stack_push_string(struct new_stack *stack, const char *string);
int new_stack_push_user_strings(struct new_stack *stack, char *const *strings, unsigned *count);
/* Everything below the strings; vector is `pairs` pairs of words, AT_NULL last. ESP is the bottom. */
int new_stack_finish(struct new_stack *stack, const word *vector, unsigned pairs);
int new_stack_map(struct new_stack *stack, struct mm *mm);
void new_stack_drop(struct new_stack *stack);

#endif
