/* A small printf: the text is put together on the stack and written at once, so that one call is
   one system call. */
#include <stdarg.h>

#include "libc.h"

#define LINE 256

struct line {
    char text[LINE];
    unsigned length;
};

static void put(struct line *line, char c)
{
    if (line->length < LINE)
        line->text[line->length++] = c;
}

static void put_padded(struct line *line, const char *s, unsigned width, bool left, char fill)
{
    unsigned n = (unsigned)strlen(s), padding = width > n ? width - n : 0;
    for (unsigned i = 0; !left && i < padding; i++)
        put(line, fill);
    for (unsigned i = 0; i < n; i++)
        put(line, s[i]);
    for (unsigned i = 0; left && i < padding; i++)
        put(line, ' ');
}

/* The number's digits, made from the last one backwards; end is behind the place of the last. */
static const char *digits(char *end, uintptr_t value, unsigned base, bool negative)
{
    char *at = end;
    *at = 0;
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative)
        *--at = '-';
    return at;
}

static const char *convert(struct line *line, const char *format, va_list *list)
{
    char number[sizeof(long) == 4 ? 16 : 24], *end = number + sizeof number - 1;
    bool left = *format == '-';
    format += left;
    char fill = *format == '0' ? '0' : ' ';
    unsigned width = 0;
    while (*format >= '0' && *format <= '9')
        width = width * 10 + (unsigned)(*format++ - '0');

    const char *text = end;
    int value;
    *end = 0;
    switch (*format) {
    case 's':
        text = va_arg(*list, const char *);
        break;
    case 'c':
        *--end = (char)va_arg(*list, int);
        text = end;
        break;
    case 'd':
        value = va_arg(*list, int);
        text = digits(end, value < 0 ? 0u - (unsigned)value : (unsigned)value, 10, value < 0);
        break;
    case 'u':
        text = digits(end, va_arg(*list, unsigned), 10, false);
        break;
    case 'x':
        text = digits(end, va_arg(*list, unsigned), 16, false);
        break;
#ifdef __x86_64__
    case 'l': /* lx, lu: a word; on i386 an int is one too */
        format++;
        text = digits(end, va_arg(*list, unsigned long), *format == 'x' ? 16 : 10, false);
        break;
#endif
    default: /* "%%" among them */
        *--end = *format;
        text = end;
    }
    put_padded(line, text, width, left, fill);
    return format + 1;
}

int printf(const char *format, ...)
{
    struct line line;
    line.length = 0;
    va_list list;
    va_start(list, format);
    while (*format) {
        if (*format == '%' && format[1])
            format = convert(&line, format + 1, &list);
        else
            put(&line, *format++);
    }
    va_end(list);
    return (int)write(1, line.text, line.length);
}
