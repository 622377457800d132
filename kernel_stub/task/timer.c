#include "task/timer.h"

#include "abi/errno.h"
#include "abi/ports.h"
#include "abi/time.h"
#include "boot/options.h"
#include "drivers/pic.h"
#include "drivers/pit.h"
#include "mm/uaccess.h"
#include "task/preempt.h"
#include "task/sched.h"
#include "trap/syscalls.h"

static uint64_t now;     /* ticks; it stands still while the timer is not set */
static uint32_t running; /* ticks for which the timer was set; 0: it is not */

/* Bring `now` up to date. */
static void advance(void)
{
    if (!running)
        return;
    uint32_t left = pit_left();
    if (left > running)
        left = 0; /* it is over, and the count has gone below 0 */
    now += running - left;
    running = left;
}

/* The time that the next sleeper still has; at most one alarm's. */
static uint32_t next_alarm(void)
{
    uint32_t next = 0;
    for_each_task(task) {
        if (!task->wake_at)
            continue;
        uint64_t left = task->wake_at > now ? task->wake_at - now : 1;
        uint32_t ticks = left < PIT_LONGEST ? (uint32_t)left : PIT_LONGEST;
        if (!next || ticks < next)
            next = ticks;
    }
    return next;
}

/* Called when a task gets the CPU and when one more wants it. */
void timer_set(void)
{
    advance();
    uint32_t alarm = next_alarm();
    if (others_want_to_run()) {
        uint32_t slice = time_slice();
        if (!alarm || slice < alarm)
            alarm = slice;
    }
    if (alarm)
        pit_start(alarm);
    if (alarm && !running)
        irq_open(IRQ_TIMER);
    if (!alarm && running)
        irq_close(IRQ_TIMER);
    running = alarm;
}

/* The alarm: sleepers wake whose time has come, and whoever runs has had its time. The request may
   be an old one, made before the timer was set anew while interrupts were off; then nothing is
   over yet. */
static void timer_interrupt(void)
{
    advance();
    if (running)
        return;
    for_each_task(task)
        if (task->wake_at && task->wake_at <= now)
            task_wake(task);
    if (others_want_to_run())
        current->work |= WORK_SCHEDULE;
    timer_set();
}

void timer_init(void)
{
    irq_install(IRQ_TIMER, timer_interrupt);
}

/* Rounded up: nobody sleeps too short. */
static uint64_t ticks_of(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * PIT_HZ + (uint32_t)time->tv_nsec / 1000 * 1193 / 1000 + 1;
}

static struct timespec timespec_of(uint64_t ticks)
{
    uint32_t rest = divide(&ticks, PIT_HZ);
    return (struct timespec){(long)ticks, (long)(rest * 838)};
}

long sys_nanosleep(const struct timespec *wish, struct timespec *left)
{
    static struct wait_queue nothing;
    struct timespec time;
    if (copy_from_user(&time, wish, sizeof time))
        return -EFAULT;
    if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= 1000000000)
        return -EINVAL;

    word flags = irq_save();
    advance();
    uint64_t end = now + ticks_of(&time);
    wait_prepare(&nothing, TASK_INTERRUPTIBLE);
    current->wake_at = end;
    if (!signal_is_pending())
        schedule();
    wait_finish();
    advance();
    time = timespec_of(end > now ? end - now : 0);
    bool early = end > now;
    irq_restore(flags);

    if (!early)
        return 0;
    if (left && copy_to_user(left, &time, sizeof time))
        return -EFAULT;
    return -EINTR;
}
