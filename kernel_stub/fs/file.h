/* Files: so far the loader's modules, which stand for the disk, and the page cache in front of
   them. */
#ifndef FS_FILE_H
#define FS_FILE_H

#include "mm/mm.h"

struct file {
    char name[64];
    const uint8_t *disk; /* the module, in the kernel's map of RAM */
    word size;
};

void file_init(struct file *file, const char *name, word physical, word size);
uint32_t file_pages(const struct file *file);
struct page *file_page(struct file *file, uint32_t index, bool *read_from_disk);
bool file_read(struct file *file, word offset, void *to, word n);

/* exec.c */
void exec_program(struct file *file, const char *arguments) __attribute__((noreturn));

/* elf.c: NULL, or the reason why not */
struct elf_image {
    word entry;
    word end; /* first page boundary above the program: where the heap begins */
};
const char *elf_load(struct file *file, struct elf_image *image);

#endif
