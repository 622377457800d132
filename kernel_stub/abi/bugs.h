/* The kernel's planted bugs, one table for both sides: the host's `--bug NAME` knows these names and refuses others,
   the kernel reads the same names from its command line (`bug=NAME`) and asks `options.bug == bug_NAME`.
   `planted` is 1 from the commit on in which the kernel behaves so; until then the host refuses the name, because a
   switch without an effect would be a lie. */
#ifndef RINGSIDE_ABI_BUGS_H
#define RINGSIDE_ABI_BUGS_H

/* BUG(name, planted, what the kernel then does wrong) */
#define RINGSIDE_BUGS(BUG)                                                                         \
    BUG(naive_deref, 1, "uses the user's pointers as if they were its own")                        \
    BUG(missing_access_ok, 1, "copies without asking whether the range is the user's")             \
    BUG(missing_carry, 1, "adds pointer and length without looking at the carry")                  \
    BUG(no_flush, 1, "changes a page-table entry and leaves the old one in the TLB")               \
    BUG(publish_before_copy, 1, "lets others find an object before its bytes are in it")           \
    BUG(stored_user_pointer, 1, "keeps the user's pointer where it should keep a copy")            \
    BUG(double_fetch, 1, "checks one reading of a user's value and uses a second one")             \
    BUG(leaked_set_fs, 1, "leaves the limit of user pointers wide open on a way out")              \
    BUG(historical_get_user, 1, "leaves a partly read value when get_user fails")

#ifndef __cplusplus
enum ringside_bug {
    bug_none,
#define RINGSIDE_BUG_ENUM(name, planted, sentence) bug_##name,
    RINGSIDE_BUGS(RINGSIDE_BUG_ENUM)
#undef RINGSIDE_BUG_ENUM
};
#endif

#endif
