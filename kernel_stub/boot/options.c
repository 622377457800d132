#include "boot/options.h"

#include "debug.h"
#include "segments.h"
#include "drivers/pit.h"
#include "layout.h"
#include "task/preempt.h"

struct options options = {
    .wp = true,
    .pge = true,
    .user_limit_3g = USER_SEGMENTS_END_AT_3G,
#ifdef __x86_64__
    .nx = true, /* every CPU with long mode has it */
#endif
    .slice = 1000,
    .readahead = 1,
    .fault_around = 1,
};

/* Is the word, which ends at a blank or with the text, this one? */
static bool is(const char *text, const char *expected)
{
    size_t n = strlen(expected);
    return strncmp(text, expected, n) == 0 && (text[n] == 0 || text[n] == ' ');
}

static enum ringside_bug bug_named(const char *text)
{
    static const struct {
        const char *name;
        enum ringside_bug bug;
    } bugs[] = {
#define BUG_ROW(name, planted, sentence) {#name, bug_##name},
        RINGSIDE_BUGS(BUG_ROW)
#undef BUG_ROW
    };
    for (size_t i = 0; i < sizeof(bugs) / sizeof(bugs[0]); i++) {
        if (is(text, bugs[i].name))
            return bugs[i].bug;
    }
    return bug_none;
}

/* The value of the word KEY=NUMBER, if this is it and the number is not 0. */
static void read_number(const char *text, const char *key, uint32_t *value)
{
    size_t n = strlen(key);
    uint32_t number = 0;
    if (strncmp(text, key, n) != 0)
        return;
    for (text += n; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    if (number)
        *value = number;
}

/* The value of the word KEY=NAME, as much of it as fits. */
static void read_name(const char *text, const char *key, char *value, size_t size)
{
    size_t n = strlen(key);
    if (strncmp(text, key, n) != 0)
        return;
    for (text += n; *text && *text != ' ' && size > 1; size--)
        *value++ = *text++;
    *value = 0;
}

static void read_word(const char *text)
{
    if (is(text, "wp=on") || is(text, "wp=off"))
        options.wp = is(text, "wp=on");
    if (is(text, "pge=on") || is(text, "pge=off"))
        options.pge = is(text, "pge=on");
    if (is(text, "nx=on") || is(text, "nx=off"))
        options.nx = is(text, "nx=on");
    if (!KERNEL_FS && (is(text, "smep=on") || is(text, "smep=off")))
        options.smep = is(text, "smep=on");
    if (!KERNEL_FS && (is(text, "smap=on") || is(text, "smap=off")))
        options.smap = is(text, "smap=on");
#ifdef __x86_64__
    if (SPLIT_USER_ROOT && (is(text, "pcid=on") || is(text, "pcid=off")))
        options.pcid = is(text, "pcid=on");
    if (is(text, "access_ok=limit"))
        options.access_ok = ACCESS_OK_LIMIT;
    if (is(text, "access_ok=sign"))
        options.access_ok = ACCESS_OK_SIGN;
    if (is(text, "access_ok=mask"))
        options.access_ok = ACCESS_OK_MASK;
#endif
    if (TASK_SIZE == PAGE_OFFSET && (is(text, "user_limit=3g") || is(text, "user_limit=4g")))
        options.user_limit_3g = is(text, "user_limit=3g");
    if (is(text, "check=1") || is(text, "check=wx"))
        options.check = true;
    if (is(text, "check=wx"))
        options.check_wx = true;
    if (is(text, "kernel_hits=ignore"))
        options.kernel_hits = KERNEL_HITS_IGNORED;
    if (is(text, "kernel_hits=signal"))
        options.kernel_hits = KERNEL_HITS_SIGNALLED;
    if (is(text, "kernel_hits=count"))
        options.kernel_hits = KERNEL_HITS_COUNTED;
    read_name(text, "preempt=", options.preempt, sizeof options.preempt);
    read_number(text, "slice=", &options.slice);
    if (options.slice < SLICE_SHORTEST)
        options.slice = SLICE_SHORTEST;
    if (options.slice > PIT_LONGEST)
        options.slice = PIT_LONGEST;
    read_number(text, "seed=", &options.seed);
    read_number(text, "readahead=", &options.readahead);
    read_number(text, "fault_around=", &options.fault_around);
    if (strncmp(text, "bug=", 4) == 0)
        options.bug = bug_named(text + 4);
}

void options_read(const char *command_line)
{
    while (*command_line) {
        read_word(command_line);
        while (*command_line && *command_line != ' ')
            command_line++;
        while (*command_line == ' ')
            command_line++;
    }
}
