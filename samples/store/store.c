/* Programs that share data through the kernel. Steps s1 to s12: a store of the kernel's, with
   rights, by three users. s13 to s18: what a store must not do; run the program again with --bug
   publish_before_copy, stored_user_pointer, double_fetch (with --preempt user_copy) and
   leaked_set_fs. s19 to s24: other ways to share. Each step is a process of its own, step s1 is pid
   2, with page tables of its own: what they share is the kernel's. s25, last because it takes two
   processes at once: what may be found of an object that is being added; with --preempt uf_add. The
   step numbers are those of docs/topics. */
#include "libc.h"

#define PAGE  4096u
#define ARENA ((char *)0x03000000) /* a page of each process's own, at the same number in all */
#define A     100u
#define B     200u
#define OWNER UF_OWNER
#define ALL   (UF_OWNER | UF_OTHERS)

static unsigned steps;
static char buffer[64];

/* Begin a step's line, and a process of its own for it. In the parent the result is false, and
 *status, unless that is NULL, how the child ended. */
static bool step(unsigned uid, const char *what, int *status)
{
    int ended = 0;
    printf("s%-3u uid %-4u %-38s ", ++steps, uid, what);
    if (fork() == 0) {
        setuid((int)uid);
        return true;
    }
    wait(&ended);
    if (WIFSIGNALED(ended))
        printf("killed by signal %d\n", WTERMSIG(ended));
    if (status)
        *status = ended;
    return false;
}

/* End the line and the process. */
static void result(long value)
{
    if (value < 0)
        printf("%d %s\n", (int)value, errno_name((int)-value));
    else
        printf("%d\n", (int)value);
    exit(0);
}

static void result_with(long value, const char *bytes)
{
    char text[16];
    if (value <= 0 || value >= (long)sizeof text)
        result(value);
    for (long i = 0; i < value; i++)
        text[i] = bytes[i] >= ' ' && bytes[i] < 0x7F ? bytes[i] : '.';
    text[value] = 0;
    printf("%d \"%s\"\n", (int)value, text);
    exit(0);
}

static char *own_page(int protection)
{
    return mmap(ARENA, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void get(unsigned id, unsigned room)
{
    memset(buffer, '-', sizeof buffer);
    long got = uf_obj_get(id, buffer, room);
    bool untouched = buffer[0] == '-' && buffer[sizeof buffer - 1] == '-';
    if (got < 0 && !untouched)
        printf("the buffer was written, ");
    result_with(got, buffer);
}

static void the_store(void)
{
    if (step(A, "add 7, \"alpha\", for the owner", NULL))
        result(uf_obj_add(7, "alpha", 5, OWNER));
    if (step(B, "add 8, \"beta\", for all", NULL))
        result(uf_obj_add(8, "beta", 4, ALL));
    if (step(B, "add 7 once more", NULL))
        result(uf_obj_add(7, "again", 5, ALL));
    if (step(B, "get 7", NULL))
        get(7, sizeof buffer);
    if (step(B, "get 8", NULL))
        get(8, sizeof buffer);
    if (step(B, "get 8 into 2 bytes", NULL))
        get(8, 2);
    if (step(B, "get 8 into a page that is read-only", NULL)) {
        *(volatile char *)own_page(PROT_READ | PROT_WRITE) = '-';
        mprotect(ARENA, PAGE, PROT_READ);
        result(uf_obj_get(8, ARENA, 64));
    }
    if (step(B, "get 8 into a page never touched", NULL))
        result_with(uf_obj_get(8, own_page(PROT_READ | PROT_WRITE), 64), ARENA);
    if (step(B, "get 9", NULL))
        get(9, sizeof buffer);
    if (step(B, "delete 7", NULL))
        result(uf_obj_del(7));
    if (step(0, "delete 7", NULL))
        result(uf_obj_del(7));
    if (step(A, "get 7", NULL))
        get(7, sizeof buffer);
}

static struct uf_request request;

/* Another thread of the program's own: has its turn only if the kernel gives the CPU away. */
static void make_it_longer(void *unused)
{
    (void)unused;
    sched_yield();
    request.length = UF_LENGTH_AND_MODE(16, ALL);
}

/* The request says 8 bytes when it is made. What it says later must not matter. */
static void add_while_it_changes(void)
{
    int fd = open("/dev/uf0", O_RDWR);
    request =
        (struct uf_request){12, (unsigned long)"8 bytes.and 8 more", UF_LENGTH_AND_MODE(8, ALL)};
    struct thread *thread = thread_create(make_it_longer, NULL);
    long error = ioctl(fd, UF_ADD, &request);
    thread_join(thread);
    long got = uf_obj_get(12, buffer, sizeof buffer);
    long deleted = uf_obj_del(12);
    result_with(error ? error : deleted ? deleted : got, buffer);
}

/* The kernel reads /dev/null for us, in vain. Then a pointer of the kernel's is written to the
 * console. */
static void a_failure_and_a_kernel_pointer(unsigned long secret)
{
    int uf = open("/dev/uf0", O_RDWR), null = open("/dev/null", O_RDONLY);
    request = (struct uf_request){13, (unsigned long)null, UF_LENGTH_AND_MODE(8, ALL)};
    ioctl(uf, UF_IMPORT, &request);
    exit(write(1, (const void *)secret, 8) == 8 ? 0 : errno);
}

static void what_it_must_not_do(void)
{
    if (step(A, "add 11 from where nothing is mapped", NULL))
        result(uf_obj_add(11, ARENA, 5, ALL));
    if (step(B, "get 11", NULL))
        get(11, sizeof buffer);
    if (step(A, "add 10, \"mine!\", a page of its own", NULL)) {
        memcpy(own_page(PROT_READ | PROT_WRITE), "mine!", 5);
        result(uf_obj_add(10, ARENA, 5, ALL));
    }
    if (step(B, "get 10; its own page says \"yours\"", NULL)) {
        memcpy(own_page(PROT_READ | PROT_WRITE), "yours", 5);
        get(10, sizeof buffer);
    }
    if (step(A, "add 8 bytes while a thread says 16", NULL))
        add_while_it_changes();
    struct lab_stat stat;
    lab_stat(&stat);
    int status = 0;
    if (step(A, "import nothing, write a kernel pointer", &status))
        a_failure_and_a_kernel_pointer(stat.secret);
    if (WIFEXITED(status) && WEXITSTATUS(status))
        printf("%d %s\n", -WEXITSTATUS(status), errno_name(WEXITSTATUS(status)));
    else
        printf(" <- bytes of the kernel's\n");
}

/* The child has its own bytes at the same number. Nobody asked it. */
static void read_from_a_child(char *own)
{
    int ready[2], done[2];
    pipe(ready);
    pipe(done);
    memcpy(own, "mine", 5);
    int child = fork();
    if (child == 0) {
        memcpy(own, "hers", 5);
        write(ready[1], "", 1);
        read(done[0], buffer, 1);
        exit(0);
    }
    read(ready[0], buffer, 1);
    struct iovec theirs = {(unsigned long)own, 4}, ours = {(unsigned long)buffer, 4};
    long got = process_vm_readv(child, &ours, 1, &theirs, 1, 0);
    write(done[1], "", 1);
    wait(NULL);
    result_with(got, buffer);
}

static void other_ways(void)
{
    int ends[2];
    char *both = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(both, "old", 4);
    memcpy(own, "old", 4);
    if (step(0, "fork: a child writes \"new\"", NULL)) {
        memcpy(own, "new", 4);
        exit(0);
    }
    printf("the parent has \"%s\"\n", own);
    if (step(0, "MAP_SHARED: a child writes \"new\"", NULL)) {
        memcpy(both, "new", 4);
        exit(0);
    }
    printf("the parent has \"%s\"\n", both);
    pipe(ends);
    if (step(A, "pipe: a child writes \"new\"", NULL)) {
        write(ends[1], "new", 4);
        exit(0);
    }
    read(ends[0], buffer, 4);
    printf("the parent has \"%s\"\n", buffer);
    if (step(A, "scull: write 5000 bytes of \"a\"", NULL)) {
        static char bytes[5000];
        memset(bytes, 'a', sizeof bytes);
        result(write(open("/dev/scull0", O_WRONLY), bytes, sizeof bytes));
    }
    if (step(B, "scull: another program reads 3 bytes", NULL))
        result_with(read(open("/dev/scull0", O_RDONLY), buffer, 3), buffer);
    if (step(A, "process_vm_readv: from its child", NULL))
        read_from_a_child(own);
}

/* All five bytes or no such object; which of the two depends on who is first. */
static void add_while_another_asks(void)
{
    if (fork() == 0)
        get(14, sizeof buffer);
    uf_obj_add(14, "whole", 5, ALL);
    wait(NULL);
    exit(0);
}

int main(void)
{
    the_store();
    what_it_must_not_do();
    other_ways();
    if (step(A, "add 14 while its child asks for it", NULL))
        add_while_another_asks();
    return 0;
}
