#include "debug.h"

#include "abi/errno.h"
#include "boot/options.h"
#include "split/split.h"
#include "task/task.h"
#include "trap/trap.h"

#define DEBUG_REGISTER(n)                                                                          \
    static void write_dr##n(word value)                                                            \
    {                                                                                              \
        __asm__ volatile("mov %0, %%dr" #n : : "r"(value));                                       \
    }
DEBUG_REGISTER(0)
DEBUG_REGISTER(1)
DEBUG_REGISTER(2)
DEBUG_REGISTER(3)
DEBUG_REGISTER(6)
DEBUG_REGISTER(7)

static word read_dr6(void)
{
    word value;
    __asm__ volatile("mov %%dr6, %0" : "=r"(value));
    return value;
}

/* A thread without watchpoints needs only know that the last one's are off. */
void debug_registers_load(const struct task *next)
{
    static word loaded_dr7;
    const word *debug = next->debug;
    if (debug[7] & DR7_ENABLE) {
        write_dr0(debug[0]);
        write_dr1(debug[1]);
        write_dr2(debug[2]);
        write_dr3(debug[3]);
    }
    if (debug[7] != loaded_dr7)
        write_dr7(debug[7]);
    loaded_dr7 = debug[7];
}

static bool is_enabled(word dr7, unsigned n)
{
    return dr7 >> (2 * n) & 3;
}

/* The four bits of DR7 for one register: what is watched (0 execution, 1 writes, 2 ports, 3 reads and
   writes), and length - 1 two bits higher. */
static word condition(word dr7, unsigned n)
{
    return dr7 >> (16 + 4 * n) & 0xF;
}

/* Of the sixteen conditions these are none: ports, which take CR4.DE; the length 8, which takes 64-bit
   mode; execution with another length than 1. Linux's masks. */
#ifdef __x86_64__
#define BAD_CONDITIONS 0x5554u
#define UNALIGNED(condition) ((condition) >> 2 == 2 ? 7 : (condition) >> 2) /* length 8 has the code 2 */
#else
#define BAD_CONDITIONS 0x5F54u
#define UNALIGNED(condition) ((condition) >> 2) /* bits that an address must not have */
#endif

static long check_dr7(const struct task *task, word dr7)
{
    for (unsigned n = 0; n < 4; n++) {
        word length = UNALIGNED(condition(dr7, n));
        if (BAD_CONDITIONS >> condition(dr7, n) & 1)
            return -EIO;
        if (is_enabled(dr7, n) && (task->debug[n] & length))
            return -EINVAL; /* the CPU would mask the low bits, and watch another place */
    }
    return 0;
}

long debug_register_set(struct task *task, unsigned n, word value)
{
    if (n == 4 || n == 5 || n > 7)
        return -EIO;
    if (n < 4 && value >= TASK_SIZE - 3)
        return -EIO;
    if (n < 4 && is_enabled(task->debug[7], n) && (value & UNALIGNED(condition(task->debug[7], n))))
        return -EINVAL;
    long error = n == 7 ? check_dr7(task, value) : 0;
    if (error)
        return error;
    task->debug[n] = n == 7 ? value & DR7_USED : value;
    if (task == current)
        debug_registers_load(task);
    return 0;
}

/* Bits are also set for conditions that nobody enabled. */
static word wanted_hits(word dr6, word dr7)
{
    word hits = 0;
    for (unsigned n = 0; n < 4; n++)
        if ((dr6 >> n & 1) && is_enabled(dr7, n))
            hits |= 1u << n;
    return hits;
}

static void kernel_hit(word dr6)
{
    if (!split_kernel_faults_in) /* 4G/4G */
        return;
    counters.kernel_hits += options.kernel_hits == KERNEL_HITS_COUNTED;
    if (options.kernel_hits != KERNEL_HITS_SIGNALLED)
        return;
    current->debug[6] = dr6;
    signal_force(SIGTRAP, TRAP_HWBKPT, 0); /* acted on when the system call is over */
}

/* A watchpoint is told after the access, a breakpoint before the instruction: RF lets it through
   when it begins again. */
void debug_exception(struct regs *regs)
{
    word dr6 = read_dr6();
    write_dr6(0xFFFF0FF0); /* the CPU only ever sets bits */
    if (!current)
        return;
    word hits = wanted_hits(dr6, current->debug[7]);
    for (unsigned n = 0; n < 4; n++)
        if ((hits >> n & 1) && condition(current->debug[7], n) == 0)
            regs->flags |= EFLAGS_RF;
    if (!from_user(regs)) {
        regs->flags &= ~EFLAGS_TF;
        if (hits)
            kernel_hit(dr6);
        return;
    }
    if (!hits && !(dr6 & DR6_STEP))
        return;
    current->debug[6] = dr6;
    current->fault = (struct fault){regs->vector, 0, current->fault.cr2};
    signal_force(SIGTRAP, dr6 & DR6_STEP ? TRAP_TRACE : TRAP_HWBKPT, regs->ip);
}
