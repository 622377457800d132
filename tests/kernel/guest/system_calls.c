/* The door itself: numbers, errors, registers, flags, and read and write at their edges. */
#include "check.h"

static void numbers(void)
{
    CHECK_IS(raw_call(0, 0, 0, 0), -ENOSYS);
    CHECK_IS(raw_call(17, 0, 0, 0), -ENOSYS);
    CHECK_IS(raw_call(1039, 0, 0, 0), -ENOSYS);
    CHECK_IS(raw_call(1040, 0, 0, 0), -ENOSYS);
    CHECK_IS(raw_call(0x7FFFFFFF, 0, 0, 0), -ENOSYS);
    CHECK_IS(raw_call(-1, 0, 0, 0), -ENOSYS);
    CHECK_IS(getpid(), 1);
}

static void reading_and_writing(void)
{
    char c;
    CHECK_IS(raw_call(SYS_write, 0, (long)"x", 1), -EBADF);
    CHECK_IS(raw_call(SYS_write, 3, (long)"x", 1), -EBADF);
    CHECK_IS(raw_call(SYS_write, -1, (long)"x", 1), -EBADF);
    CHECK_IS(raw_call(SYS_read, 1, (long)&c, 1), -EBADF);
    CHECK_IS(raw_call(SYS_write, 1, 0, 0), 0);
    CHECK_IS(raw_call(SYS_write, 1, 0, 1), -EFAULT);
    CHECK_IS(raw_call(SYS_write, 1, (long)stat_now().secret, 8), -EFAULT);
    CHECK_IS(raw_call(SYS_write, 1, (long)&c, 0x7FFFFFFF), -EFAULT);
    CHECK_IS(raw_call(SYS_write, 1, (long)&c, -1), -EFAULT);
    CHECK_IS(write(1, "", 0), 0);
    CHECK_IS(read(0, &c, 0), 0);
    CHECK_IS(read(0, &c, 1), 0); /* nothing is connected: the end of the file */
    errno = 0;
    CHECK_IS(write(7, "x", 1), -1);
    CHECK_IS(errno, EBADF);
}

/* Longer than the kernel's buffer: more than one copy, one result. */
static void a_long_write(void)
{
    static char text[20000];
    memset(text, '.', sizeof text);
    text[sizeof text - 1] = '\n';
    CHECK_IS(write(1, text, sizeof text), (long)sizeof text);
}

/* Only EAX changes, and the direction flag, which the kernel must not trust, comes back as it
   was. */
static void registers(void)
{
    uint32_t before[7] = {20, 11, 12, 13, 14, 15, 16}, after[8];
    __asm__ volatile("pushl %%ebp\n"
                     "pushl %[after]\n"
                     "movl %[before], %%eax\n"
                     "movl 4(%%eax), %%ebx\n"
                     "movl 8(%%eax), %%ecx\n"
                     "movl 12(%%eax), %%edx\n"
                     "movl 16(%%eax), %%esi\n"
                     "movl 20(%%eax), %%edi\n"
                     "movl 24(%%eax), %%ebp\n"
                     "movl (%%eax), %%eax\n"
                     "std\n"
                     "int $0x80\n"
                     "pushfl\n"
                     "cld\n"
                     "pushl %%eax\n"
                     "movl 8(%%esp), %%eax\n"
                     "popl (%%eax)\n"
                     "popl 28(%%eax)\n"
                     "movl %%ebx, 4(%%eax)\n"
                     "movl %%ecx, 8(%%eax)\n"
                     "movl %%edx, 12(%%eax)\n"
                     "movl %%esi, 16(%%eax)\n"
                     "movl %%edi, 20(%%eax)\n"
                     "movl %%ebp, 24(%%eax)\n"
                     "popl %%eax\n"
                     "popl %%ebp\n"
                     :
                     : [before] "a"(before), [after] "d"(after)
                     : "ebx", "ecx", "esi", "edi", "memory");
    CHECK_IS(after[0], 1); /* getpid */
    for (unsigned i = 1; i < 7; i++)
        CHECK_IS(after[i], before[i]);
    CHECK(after[7] & 0x400);  /* DF */
    CHECK(after[7] & 0x200);  /* IF */
    CHECK(!(after[7] & 0x7000)); /* IOPL, NT */
}

/* With DF set a string instruction of the kernel's would run backwards. */
static void direction(void)
{
    static const char from[32] = "the direction is the kernel's";
    static char to[32];
    long left;
    __asm__ volatile("std\n"
                     "int $0x80\n"
                     "cld\n"
                     : "=a"(left)
                     : "a"(1030), "b"(from), "c"(sizeof from), "d"(LAB_COPY)
                     : "memory");
    CHECK_IS(left, 0);
    CHECK_IS(lab_poke(to, sizeof to, LAB_COPY), 0);
    CHECK(memcmp(from, to, sizeof to) == 0);
}

/* Segment registers that a program changed are its own. */
static void segments(void)
{
    uint32_t ds, es, fs;
    __asm__ volatile("pushl %%es\n"
                     "xorl %%eax, %%eax\n"
                     "movl %%eax, %%es\n"
                     "movl %%cs, %%eax\n"
                     "movl %%eax, %%fs\n"
                     "movl $20, %%eax\n"
                     "int $0x80\n"
                     "movl %%ds, %0\n"
                     "movl %%es, %1\n"
                     "movl %%fs, %2\n"
                     "popl %%es\n"
                     : "=&b"(ds), "=&c"(es), "=&d"(fs)
                     :
                     : "eax", "memory");
    CHECK_IS(ds & 0xFFFF, 0x2B);
    CHECK_IS(es & 0xFFFF, 0);
    CHECK_IS(fs & 0xFFFF, 0x23);
}

int main(int argc, char **argv)
{
    CHECK_IS(argc, 4);
    CHECK(argc == 4 && strcmp(argv[1], "one") == 0 && strcmp(argv[2], "two") == 0);
    CHECK(argc == 4 && strcmp(argv[3], "last") == 0 && argv[4] == NULL && argv[5] == NULL);
    CHECK_IS((uintptr_t)argv % 16, 4); /* the ABI aligns ESP, and argc is there */
    numbers();
    reading_and_writing();
    a_long_write();
    registers();
    direction();
    segments();
    return checked();
}
