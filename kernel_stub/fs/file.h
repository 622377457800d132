/* Files, as the disk has them. Who opens one gets a struct open_file (fs/files.h); who maps one
   has it in a VMA. */
#ifndef FS_FILE_H
#define FS_FILE_H

#include "cpu.h"

struct file;
struct file_operations;
struct page;
struct vm_operations;

/* How pages travel between the page cache and whatever stands for the file's disk. */
struct page_operations {
    bool (*read)(struct file *file, struct page *page); /* false: the disk failed */
    bool (*write)(struct file *file, struct page *page);
    void (*cut)(struct file *file, word size); /* the file ends at size: what follows is zero */
    void (*release)(struct file *file); /* its last user is gone; NULL: it stays */
};

#define DEVICE_DISK 0x0301 /* the first partition of the first disk */
#define DEVICE_NONE 0x0001 /* nowhere: shared memory */

struct file {
    char name[64];
    uint32_t number; /* from 1, in the order of their making: an inode's number */
    unsigned users;  /* openings and VMAs */
    int writers;     /* openings and shared mappings that may write; below 0, the processes that run it */
    uint32_t device; /* as /proc/PID/maps shows it: major number * 256 + minor */
    word size, capacity; /* it can grow as far as its disk has room */
    const struct file_operations *operations; /* of those who open it */
    const struct page_operations *pages;      /* NULL: has no pages in the page cache */
    const struct vm_operations *vm_operations; /* of the VMAs that map its pages */
    void *private;                            /* its kind's */
    struct file *next;                        /* of all that can be opened by name */
};

/* file.c */
struct file *file_new(const char *name, word size, const struct page_operations *pages);
void file_register(struct file *file);
/* A file without pages or size. */
void device_register(const char *name, const struct file_operations *operations);
struct file *file_lookup(const char *name); /* NULL: there is none */
void get_file(struct file *file);
void put_file(struct file *file);
/* Nobody writes to a program that runs, and nobody runs what is being written: 0, or -ETXTBSY. Each
   that is granted is put back. */
int file_get_writer(struct file *file);
void file_put_writer(struct file *file);
int file_get_runner(struct file *file);
void file_put_runner(struct file *file);

/* module.c: the loader's modules are the files of the root directory. */
struct file *module_file(const char *name, uint32_t physical, word size);

/* proc.c */
void proc_init(void);

/* exec.c */
void exec_first_program(struct file *file, char *arguments) __attribute__((noreturn));

#endif
