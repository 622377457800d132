/* Recursion without an end: the stack grows page by page to its limit of 8 MB, then SIGSEGV. */
static int deeper(int n)
{
    volatile char page[1000];
    page[0] = (char)n;
    return n < 0 ? 0 : deeper(n + 1) + page[0];
}

int main(void)
{
    return deeper(0);
}
