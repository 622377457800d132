/* Names of errors, and numbers in text: not in every program, for it would only be longer. */
#include "libc.h"

const char *errno_name(int number)
{
    switch (number) {
#define CASE(value, name)                                                                          \
    case value:                                                                                    \
        return #name;
        RINGSIDE_ERRNOS(CASE)
#undef CASE
    default:
        return "";
    }
}

unsigned long hex_number(const char **text)
{
    unsigned long value = 0;
    if ((*text)[0] == '0' && (*text)[1] == 'x')
        *text += 2;
    for (;; ++*text) {
        char c = **text;
        if (c >= '0' && c <= '9')
            value = value * 16 + (unsigned long)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (unsigned long)(c - 'a') + 10;
        else
            return value;
    }
}
