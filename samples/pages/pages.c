/* One write() of 6000 bytes that lie on three pages of .data. The first and the last page have
   been touched before, the middle one has not: it is still only in the file. What does
   copy_from_user do when it gets there? */
#include "libc.h"

/* 100 lines of 60 bytes, made by the preprocessor: LINE(3, 7) is line 37. */
#define LINE(tens, ones)                                                                           \
    "line " #tens #ones " of 100: these sixty bytes go from ring 3 to ring 0.\n"
#define TEN(t)                                                                                     \
    LINE(t, 0) LINE(t, 1) LINE(t, 2) LINE(t, 3) LINE(t, 4) LINE(t, 5) LINE(t, 6) LINE(t, 7)        \
    LINE(t, 8) LINE(t, 9)

#define PAGE 4096
#define BEFORE (PAGE - 512) /* so that the text is 512 + 4096 + 1392 bytes */
#define TEXT 6000

static struct {
    char before[BEFORE];
    char text[TEXT];
    char after[3 * PAGE - BEFORE - TEXT];
} three_pages __attribute__((aligned(PAGE))) = {
    .text = TEN(0) TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8) TEN(9),
};

static void touch(const volatile char *byte)
{
    *byte;
}

int main(void)
{
    touch(&three_pages.text[0]);
    touch(&three_pages.text[TEXT - 1]);
    return write(1, three_pages.text, TEXT) == TEXT ? 0 : 1;
}
