/* An interpreter of memory operations: a host writes the operations, this program performs them and
   says what came out, and the host compares that with a model of its own. One line an operation; the
   letter says which, the numbers are hexadecimal.

     S n                     a new sequence: everything up to Z happens in a process of its own
     m addr len prot flags page   mmap; page: of the file, if flags have no MAP_ANONYMOUS
     M addr len prot flags page   the same, with the file opened for reading only
     u addr len              munmap               p addr len prot         mprotect
     r old olen nlen flags new    mremap          b pages                 brk, from its start
     d addr len              madvise(DONTNEED)    c addr len              mincore
     y addr len              msync(SYNC)          t size                  ftruncate
     w addr value            the kernel writes a byte (copy_to_user)
     l addr                  the kernel reads a byte
     W addr value            the program writes   L addr                  the program reads
     e addr                  lab_evict
     F .. E                  fork; the child performs what is in between, then the parent goes on
     G .. E .. J             fork; the parent performs what is between E and J, then the child its part
     D                       say all: VMAs, and the state and the bytes of every page
     Z                       the end of the sequence: D, exit, and are all frames back?

   Every answer is a line; in a child it begins with as many blanks as there are parents. */
#include "check.h"

#define ARENA_LOW 0x20000000u
#define ARENA_HIGH 0xA0000000u

static int input, file_rw, file_ro, maps_fd, pagemap_fd, kpagecount_fd;
static unsigned depth;
static volatile unsigned *turn; /* shared: [0] how many forks there were; [n] may the n-th child go on? */

/* Output is gathered: a system call costs more than a line. */
static char out[8192];
static unsigned out_length;

static void flush(void)
{
    write(1, out, out_length);
    out_length = 0;
}

static void put(const char *text, unsigned n)
{
    if (out_length + n > sizeof out)
        flush();
    memcpy(out + out_length, text, n);
    out_length += n;
}

static void put_word(uint32_t value)
{
    char digits[9];
    unsigned at = sizeof digits;
    digits[--at] = ' ';
    do {
        digits[--at] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value);
    put(digits + at, sizeof digits - at);
}

static void indent(void)
{
    put("        ", depth);
}

/* A line of one number. */
static void answer(long value)
{
    indent();
    put_word((uintptr_t)value);
    out[out_length - 1] = '\n';
}

static char text[16384];
static unsigned text_length, text_at;

static int next_char(void)
{
    if (text_at == text_length) {
        long n = read(input, text, sizeof text);
        text_length = n > 0 ? (unsigned)n : 0;
        text_at = 0;
        if (text_length == 0)
            return -1;
    }
    return text[text_at++];
}

struct operation {
    int letter; /* -1: the end */
    uint32_t a[5];
};

/* Operations are kept for a process that performs them later, so all of a sequence is read before
   any of it is done. */
#define MAX_OPERATIONS 1000
static struct operation operations[MAX_OPERATIONS];
static unsigned count;

static bool read_operation(struct operation *op)
{
    int c = next_char();
    while (c == '\n' || c == ' ')
        c = next_char();
    op->letter = c;
    if (c < 0)
        return false;
    unsigned n = 0;
    for (c = next_char(); c >= 0 && c != '\n';) {
        if (c == ' ') {
            c = next_char();
            continue;
        }
        uint32_t value = 0;
        for (; c >= 0 && c != ' ' && c != '\n'; c = next_char())
            value = value << 4 | (uintptr_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        if (n < 5)
            op->a[n++] = value;
    }
    return true;
}

/* FNV-1a over the page's words. */
static uint32_t hash_page(const volatile uint32_t *words)
{
    uint32_t hash = 0x811C9DC5u;
    for (unsigned i = 0; i < PAGE / 4; i++)
        hash = (hash ^ words[i]) * 0x01000193u;
    return hash;
}

static uint64_t entry_of(int fd, uint32_t number)
{
    uint64_t entry = 0;
    lseek(fd, (long)(number * sizeof entry), SEEK_SET);
    read(fd, &entry, sizeof entry);
    return entry;
}

/* Where the page is (- nowhere, s in swap, z the page of zeros, a its own, f a file's), how many
   page tables have it, and whether it was written to. */
static void put_state(uint32_t address)
{
    uint64_t entry = entry_of(pagemap_fd, address / PAGE);
    uint32_t high = (uintptr_t)(entry >> 32);
    if (high & 0x40000000u) {
        put("s ", 2);
    } else if (!(high & 0x80000000u)) {
        put("- ", 2);
    } else {
        uint32_t mapped = (uintptr_t)entry_of(kpagecount_fd, (uintptr_t)entry);
        put(mapped == 0 ? "z" : high & 0x20000000u ? "f" : "a", 1);
        put_word(mapped);
    }
}

static void put_pages(uint32_t start, uint32_t end, bool readable)
{
    indent();
    for (uint32_t at = start; at < end; at += PAGE)
        put_state(at);
    for (uint32_t at = start; at < end && readable; at += PAGE) {
        char byte;
        (void)byte;
        if (lab_peek((void *)at, 1, LAB_COPY) == 0) /* else it is behind the end of the file */
            put_word(hash_page((const volatile uint32_t *)at));
        else
            put("! ", 2);
    }
    put("\n", 1);
}

static uint32_t number_at(const char *digits)
{
    uint32_t value = 0;
    for (; (*digits >= '0' && *digits <= '9') || (*digits >= 'a' && *digits <= 'f'); digits++)
        value = value << 4 | (uintptr_t)(*digits <= '9' ? *digits - '0' : *digits - 'a' + 10);
    return value;
}

/* The lines of /proc/self/maps that are about the heap or the arena, and below each its pages. */
static void say_all(void)
{
    static char maps[8192];
    lseek(maps_fd, 0, SEEK_SET);
    long n = read(maps_fd, maps, sizeof maps - 1);
    maps[n > 0 ? n : 0] = 0;
    for (char *line = maps; *line;) {
        char *end = line;
        while (*end != '\n')
            end++;
        uint32_t start = number_at(line), stop = number_at(line + 9);
        bool heap = end[-1] == ']' && end[-2] == 'p';
        if (heap || (start >= ARENA_LOW && start < ARENA_HIGH)) {
            indent();
            put(line, (unsigned)(end - line) + 1);
            put_pages(start, stop, line[9 + 9] != '-' || line[9 + 10] != '-' || line[9 + 11] != '-');
        }
        line = end + 1;
    }
}

static long do_mmap(const struct operation *op, int fd)
{
    bool anonymous = op->a[3] & MAP_ANONYMOUS;
    void *at = mmap((void *)op->a[0], op->a[1], (int)op->a[2], (int)op->a[3], anonymous ? -1 : fd,
                    (long)(op->a[4] * PAGE));
    return at == MAP_FAILED ? -errno : (long)at;
}

static void in_core(uintptr_t address, size_t length)
{
    static unsigned char vector[1024];
    long result = raw_call(SYS_mincore, (long)address, (long)length, (long)vector);
    indent();
    put_word((uintptr_t)result);
    for (uint32_t i = 0; result == 0 && i < (length + PAGE - 1) / PAGE; i++)
        put(vector[i] ? "1" : "0", 1);
    put("\n", 1);
}

/* The byte goes through the kernel's lab buffer. */
static long kernel_writes(uint32_t address, uint8_t value)
{
    lab_peek(&value, 1, LAB_COPY);
    return lab_poke((void *)address, 1, LAB_COPY);
}

static long kernel_reads(uint32_t address)
{
    uint8_t byte;
    long left = lab_peek((void *)address, 1, LAB_COPY);
    lab_poke(&byte, 1, LAB_COPY);
    return left ? -EFAULT : byte;
}

static long heap_end(uint32_t pages)
{
    static uint32_t start;
    if (!start)
        start = (uintptr_t)raw_call(SYS_brk, 0, 0, 0);
    return raw_call(SYS_brk, (long)(start + pages * PAGE), 0, 0) - (long)start;
}

static void perform(const struct operation *op)
{
    const uint32_t *a = op->a;
    switch (op->letter) {
    case 'm':
        answer(do_mmap(op, file_rw));
        break;
    case 'M':
        answer(do_mmap(op, file_ro));
        break;
    case 'u':
        answer(raw_call(SYS_munmap, (long)a[0], (long)a[1], 0));
        break;
    case 'p':
        answer(raw_call(SYS_mprotect, (long)a[0], (long)a[1], (long)a[2]));
        break;
    case 'r':
        errno = 0;
        void *at = mremap((void *)a[0], a[1], a[2], (int)a[3], (void *)a[4]);
        answer(at == MAP_FAILED ? -errno : (long)at);
        break;
    case 'b':
        answer(heap_end(a[0]));
        break;
    case 'd':
        answer(raw_call(SYS_madvise, (long)a[0], (long)a[1], MADV_DONTNEED));
        break;
    case 'c':
        in_core(a[0], a[1]);
        break;
    case 'y':
        answer(raw_call(SYS_msync, (long)a[0], (long)a[1], MS_SYNC));
        break;
    case 't':
        answer(raw_call(SYS_ftruncate, file_rw, (long)a[0], 0));
        break;
    case 'w':
        answer(kernel_writes(a[0], (uint8_t)a[1]));
        break;
    case 'l':
        answer(kernel_reads(a[0]));
        break;
    case 'W':
        *(volatile uint8_t *)a[0] = (uint8_t)a[1];
        break;
    case 'L':
        answer(*(volatile uint8_t *)a[0]);
        break;
    case 'e':
        answer(lab_evict((void *)a[0]));
        break;
    case 'D':
    case 'Z':
        say_all();
        break;
    default:
        put("?\n", 2);
    }
}

/* Where the block that begins after `at` ends. */
static unsigned end_of_block(unsigned at, int opens1, int opens2, int closes)
{
    for (unsigned nested = 0; at < count; at++) {
        int letter = operations[at].letter;
        if (letter == closes && nested == 0)
            return at;
        nested += letter == opens1 || letter == opens2;
        nested -= letter == closes;
    }
    return at;
}

static unsigned perform_block(unsigned at);

static void in_child(unsigned block, unsigned ticket)
{
    depth++;
    while (turn[ticket] == 0)
        sched_yield();
    perform_block(block);
    say_all();
    flush();
    exit_group(0);
}

static void wait_for(int pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    if (status != 0)
        answer(-status);
}

/* Perform operations up to the end of a block; the result is where that is. */
static unsigned perform_block(unsigned at)
{
    for (; at < count && operations[at].letter != 'E' && operations[at].letter != 'J'; at++) {
        int letter = operations[at].letter;
        if (letter != 'F' && letter != 'G') {
            perform(&operations[at]);
            continue;
        }
        unsigned end = end_of_block(at + 1, 'F', 'G', 'E');
        flush();
        unsigned ticket = ++turn[0];
        turn[ticket] = letter == 'F';
        int pid = fork();
        if (pid == 0)
            in_child(at + 1, ticket);
        if (letter == 'G') {
            end = perform_block(end + 1); /* up to J */
            flush();
            turn[ticket] = 1;
        }
        wait_for(pid);
        at = end;
    }
    return at;
}

/* Free, or in a place from which a frame need not come back. */
static uint32_t frames_accounted_for(void)
{
    struct lab_stat stat = stat_now();
    return stat.frames_free + stat.frames_heap + stat.frames_cached;
}

/* A whole sequence in a child; afterwards every frame is free again. */
static void perform_sequence(const struct operation *first)
{
    count = 0;
    do {
        if (count < MAX_OPERATIONS)
            count++;
        else
            put("?\n", 2);
    } while (read_operation(&operations[count - 1]) && operations[count - 1].letter != 'Z');
    put("S ", 2);
    put_word(first->a[0]);
    put("\n", 1);
    flush();
    uint32_t before = frames_accounted_for();
    turn[0] = 0;
    int pid = fork();
    if (pid == 0) {
        perform_block(0);
        flush();
        exit_group(0);
    }
    wait_for(pid);
    long lost = (long)(before - frames_accounted_for());
    if (lost != 0) {
        put("lost ", 5);
        answer(lost);
    }
    flush();
}

/* vm_ops [OPERATIONS [SLOTS]]: the file to read operations from (else standard input), and how many
   slots of the swap disk to use. The file that is mapped is called `mapped`. */
int main(int argc, char **argv)
{
    input = argc > 1 && argv[1][0] != '-' ? open(argv[1], O_RDONLY) : 0;
    file_rw = open("mapped", O_RDWR);
    file_ro = open("mapped", O_RDONLY);
    maps_fd = open("/proc/self/maps", O_RDONLY);
    pagemap_fd = open("/proc/self/pagemap", O_RDONLY);
    kpagecount_fd = open("/proc/kpagecount", O_RDONLY);
    if (input < 0 || file_rw < 0 || file_ro < 0 || maps_fd < 0 || pagemap_fd < 0 || kpagecount_fd < 0) {
        printf("cannot open the files\n");
        return 1;
    }
    turn = mmap((void *)0x10000000u, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    turn[0] = 0;
    if (argc > 2 && swapon(number_at(argv[2])) != 0)
        printf("no swap\n");
    printf("vmas %x\n", (unsigned)stat_now().vmas);
    struct operation op;
    while (read_operation(&op))
        perform_sequence(&op);
    flush();
    return 0;
}
