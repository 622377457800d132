/* read() when the input never ends and is all the same byte; the runner's console is made so. */
#include "check.h"

static bool all(const char *bytes, int n)
{
    while (n > 0 && bytes[n - 1] == 'A')
        n--;
    return n == 0;
}

int main(void)
{
    static char buffer[20000];
    CHECK_IS(read(0, buffer, 1), 1);
    CHECK(buffer[0] == 'A' && buffer[1] == 0);
    char *across = (char *)(((uintptr_t)buffer + 2 * PAGE) & ~(PAGE - 1)) - 100;
    CHECK_IS(read(0, across, 6000), 6000);
    CHECK(all(across, 6000) && across[-1] == 0 && across[6000] == 0);
    CHECK_IS(read(0, buffer, sizeof buffer), 8192); /* as much as the kernel's buffer holds */
    CHECK_IS(raw_call(SYS_read, 0, 0, 10), -EFAULT);
    CHECK_IS(raw_call(SYS_read, 0, 0x08048000, 10), -EFAULT); /* the program's own code */
    CHECK_IS(raw_call(SYS_read, 0, (long)stat_now().secret, 10), -EFAULT);
    CHECK_IS(raw_call(SYS_read, 0, 0, 0), 0);
    return checked();
}
