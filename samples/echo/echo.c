/* Reads lines and writes them back in capitals: read() is where the kernel copies the other way, to the program. */
#include "libc.h"

int main(void)
{
    static char line[128];
    ssize_t n;
    while ((n = read(0, line, sizeof line)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            if (line[i] >= 'a' && line[i] <= 'z')
                line[i] = (char)(line[i] - 'a' + 'A');
        if (write(1, line, (size_t)n) != n)
            return 1;
    }
    return n == 0 ? 0 : 1;
}
