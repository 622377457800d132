/* What program, interpreter and library know of each other: functions go by their names. */
#ifndef DYNAMIC_TABLE_H
#define DYNAMIC_TABLE_H

struct slot {
    char name[12]; /* empty: the last */
    void *address;
};

#endif
