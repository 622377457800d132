/* The store that programs share (abi/uf.h): who has a pointer to an object keeps it from going away
   by a reference. */
#ifndef DRIVERS_UF_H
#define DRIVERS_UF_H

#include "cpu.h"

struct uf_object {
    uint32_t id;
    unsigned owner;
    uint16_t mode;
    uint32_t length;
    void *data;
    int references; /* the table's, and whoever works with it */
    struct uf_object *next;
};

/* uf.c. An object without data yet, of the current user; NULL: no memory. */
struct uf_object *uf_object_new(word id, word length, word mode);
void uf_object_put(struct uf_object *object);
/* Enters it in the table, which takes over the reference; 0, or -EEXIST or -ENOSPC, and it is gone. */
long uf_publish(struct uf_object *object);
bool uf_length_is_good(word length);

#endif
