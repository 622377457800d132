/* The console is one port that takes bytes. Also here: the little printf of the kernel, and the
   way out. */
#include "drivers/console.h"

#include "abi/ports.h"

/* Where format() is writing. What does not fit is counted but not kept, as snprintf does it. */
struct output {
    char *to;
    size_t size, length;
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->to[out->length] = c;
    out->length++;
}

static void put_number(struct output *out, word value, unsigned base, unsigned width, char fill)
{
    char digits[sizeof(word) == 4 ? 10 : 20];
    unsigned n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    for (unsigned i = n; i < width; i++)
        put(out, fill);
    while (n > 0)
        put(out, digits[--n]);
}

static void put_string(struct output *out, const char *s)
{
    while (*s)
        put(out, *s++);
}

/* One conversion; text stands behind the percent sign. Returns where the text goes on. */
static const char *convert(struct output *out, const char *text, va_list *list)
{
    char fill = *text == '0' ? '0' : ' ';
    unsigned width = 0;
    while (*text >= '0' && *text <= '9')
        width = width * 10 + (unsigned)(*text++ - '0');
    int value;
    switch (*text) {
    case 's':
        put_string(out, va_arg(*list, const char *));
        break;
    case 'c':
        put(out, (char)va_arg(*list, int));
        break;
    case 'd':
        value = va_arg(*list, int);
        if (value < 0)
            put(out, '-');
        put_number(out, value < 0 ? 0u - (uint32_t)value : (uint32_t)value, 10, width, fill);
        break;
    case 'u':
        put_number(out, va_arg(*list, uint32_t), 10, width, fill);
        break;
    case 'x':
        put_number(out, va_arg(*list, uint32_t), 16, width, fill);
        break;
#ifdef __x86_64__
    case 'l': /* lx, lu: a word; on i386 an int is one too */
        text++;
        put_number(out, va_arg(*list, word), *text == 'x' ? 16 : 10, width, fill);
        break;
#endif
    default:
        put(out, *text);
    }
    return text + 1;
}

int format_list(char *to, size_t size, const char *text, va_list list)
{
    struct output out = {to, size, 0};
    va_list arguments;
    va_copy(arguments, list);
    while (*text) {
        if (*text == '%' && text[1])
            text = convert(&out, text + 1, &arguments);
        else
            put(&out, *text++);
    }
    va_end(arguments);
    if (size)
        to[out.length < size ? out.length : size - 1] = 0;
    return (int)out.length;
}

int format(char *to, size_t size, const char *text, ...)
{
    va_list list;
    va_start(list, text);
    int length = format_list(to, size, text, list);
    va_end(list);
    return length;
}

void console_write(const void *bytes, size_t n)
{
    outsb(PORT_CONSOLE, bytes, n);
}

void print(const char *text, ...)
{
    char line[160];
    va_list list;
    va_start(list, text);
    format_list(line, sizeof line, text, list);
    va_end(list);
    console_write(line, strlen(line));
}

/* At most n bytes of input, up to the end of a line; 0 at the end of file. Anything but the two
   answers of the status port that mean "go on" means that nothing will come: a machine without
   the device reads as all ones. */
size_t console_read(char *to, size_t n)
{
    size_t got = 0;
    while (got < n) {
        uint8_t status = inb(PORT_CONSOLE_STATUS);
        if (status == 0)
            continue;
        if (status != 1)
            break;
        to[got] = (char)inb(PORT_CONSOLE_IN);
        if (to[got++] == '\n')
            break;
    }
    return got;
}

void power_off(uint32_t value)
{
    outl(PORT_POWER_OFF, value);
    halt_forever();
}
