#include "boot/options.h"

#include "layout.h"

struct options options = {.wp = true, .pge = true, .user_limit_3g = false};

/* Is the word, which ends at a blank or with the text, this one? */
static bool is(const char *text, const char *expected)
{
    size_t n = strlen(expected);
    return strncmp(text, expected, n) == 0 && (text[n] == 0 || text[n] == ' ');
}

static void read_word(const char *text)
{
    if (is(text, "wp=on") || is(text, "wp=off"))
        options.wp = is(text, "wp=on");
    if (is(text, "pge=on") || is(text, "pge=off"))
        options.pge = is(text, "pge=on");
    if (TASK_SIZE == 0xC0000000 && (is(text, "user_limit=3g") || is(text, "user_limit=4g")))
        options.user_limit_3g = is(text, "user_limit=3g");
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
