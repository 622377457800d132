/* Time as the system calls take it. */
#ifndef RINGSIDE_ABI_TIME_H
#define RINGSIDE_ABI_TIME_H

struct timespec {
    long tv_sec, tv_nsec;
};

#endif
