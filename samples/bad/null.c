/* Follows a null pointer: #PF, no VMA, SIGSEGV. */
int main(void)
{
    volatile int *nowhere = 0;
    return *nowhere;
}
