/* The smallest story: one write() and the end. */
#include "libc.h"

int main(void)
{
    const char *text = "Hello from ring 3!\n";
    write(1, text, strlen(text));
    return 0;
}
