/* A program before it runs: the file, read and checked. */
#ifndef FS_PROGRAM_H
#define FS_PROGRAM_H

#include "cpu.h"
#include "fs/elf.h"

struct file;

struct program {
    struct file *file;
    struct elf_header header;
#ifdef __x86_64__
    bool is_i386; /* a program of 32 bits */
#endif
    struct elf_segment segments[ELF_MAX_SEGMENTS]; /* header.phnum of them are read */
    char interpreter[64];                          /* empty: it needs none */
    word end;         /* first page boundary above its segments: where the heap begins */
    word table;       /* where the program finds its own segment table; 0: nowhere */
};

/* elf.c. Each gives NULL, or the reason why not. */
const char *program_read(struct program *program, struct file *file); /* changes nothing else */
#ifdef __x86_64__
const char *program_read_i386(struct program *program); /* arch/x86_64/compat_elf.c: its tables, made longer */
#endif
const char *program_map(const struct program *program);               /* into current->mm */

#endif
