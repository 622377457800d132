/* The store of objects that programs share through the kernel: uf_obj_add, uf_obj_get and uf_obj_del are system calls
   of Ringside's own and ioctls of /dev/uf0, which take their arguments from a structure. An object is a number and up
   to UF_MAX_LENGTH bytes; it belongs to who made it, and its mode says who else may read it. */
#ifndef RINGSIDE_ABI_UF_H
#define RINGSIDE_ABI_UF_H

#define UF_MAX_LENGTH 4096u /* bytes of an object */
#define UF_MAX_TOTAL 65536u /* bytes of all objects together */

/* Who may read; root always may. */
#define UF_OWNER 0400u
#define UF_OTHERS 0004u

/* The third argument of uf_obj_add: length and mode in one word. */
#define UF_LENGTH_AND_MODE(length, mode) ((length) | (unsigned long)(mode) << 16)

#define UF_ADD 0x5501    /* result as uf_obj_add(id, buffer, length) */
#define UF_GET 0x5502    /* as uf_obj_get(id, buffer, length) */
#define UF_DEL 0x5503    /* as uf_obj_del(id) */
#define UF_IMPORT 0x5504 /* as UF_ADD, but the bytes are the next ones of an open file: buffer is its descriptor */

struct uf_request {
    unsigned long id, buffer, length; /* length: for UF_ADD and UF_IMPORT with the mode */
};

#endif
