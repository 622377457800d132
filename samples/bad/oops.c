/* Lets the kernel use a number as if it were a pointer of its own: an oops, and the end of the
   task. */
#include "libc.h"

int main(void)
{
    return (int)lab_peek((void *)16, 4, LAB_NAIVE);
}
