/* Loading a program is describing it: each segment becomes a VMA that says which part of the
   file belongs where. No page is read until the program, or the kernel for it, touches it. */
#include "fs/elf.h"

#include "fs/file.h"
#include "mm/uaccess.h"
#include "trap/task.h"

/* Does every number of the segment make sense? */
static const char *check_segment(const struct file *file, const struct elf_segment *s)
{
    if (s->filesz > s->memsz)
        return "a segment is larger in the file than in memory";
    if (s->offset > file->size || s->filesz > file->size - s->offset)
        return "a segment lies beyond the end of the file";
    if (s->vaddr < PAGE_SIZE || s->vaddr > TASK_SIZE - STACK_LIMIT ||
        s->memsz > TASK_SIZE - STACK_LIMIT - s->vaddr)
        return "a segment does not fit into the program's address space";
    if (s->vaddr % PAGE_SIZE != s->offset % PAGE_SIZE && s->filesz > 0)
        return "a segment's place in the file and in memory differ within the page";
    return NULL;
}

static const char *map_segment(struct file *file, const struct elf_segment *s)
{
    struct mm *mm = current->mm;
    uint32_t prot = (s->flags & SEGMENT_R ? PROT_READ : 0) |
                    (s->flags & SEGMENT_W ? PROT_WRITE : 0) |
                    (s->flags & SEGMENT_X ? PROT_EXEC : 0);
    word start = PAGE_DOWN(s->vaddr), end = PAGE_UP(s->vaddr + s->memsz);
    word file_end = s->filesz > 0 ? PAGE_UP(s->vaddr + s->filesz) : start;

    struct vma *above = find_vma(mm, start);
    if (above && above->start < end)
        return "two segments share a page";
    if (file_end > start &&
        vma_insert(mm, start, file_end, prot, 0, file, s->offset / PAGE_SIZE) != 0)
        return "no memory for a segment";
    if (end > file_end && vma_insert(mm, file_end, end, prot, 0, NULL, 0) != 0)
        return "no memory for a segment";

    /* The .bss may begin in the last page of .data; what the file has there is not the
       program's. */
    word tail = s->vaddr + s->filesz;
    if (s->memsz > s->filesz && tail < file_end) {
        if (!(prot & PROT_WRITE))
            return "a segment that must be zeroed is not writable";
        if (clear_user((void *)tail, file_end - tail))
            return "no memory for a segment";
    }
    return NULL;
}

const char *elf_load(struct file *file, struct elf_image *image)
{
    struct elf_header header;
    struct elf_segment segments[ELF_MAX_SEGMENTS];
    if (!file_read(file, 0, &header, sizeof header) || memcmp(header.ident, "\177ELF", 4) != 0)
        return "not an ELF file";
    if (header.ident[4] != ELF_CLASS_32 || header.ident[5] != ELF_LITTLE_ENDIAN ||
        header.machine != ELF_386)
        return "not a program for i386";
    if (header.type != ELF_EXECUTABLE)
        return "not a static executable";
    if (header.phentsize != sizeof segments[0] || header.phnum > ELF_MAX_SEGMENTS)
        return "the segment table is not of the usual form";
    if (!file_read(file, header.phoff, segments, header.phnum * sizeof segments[0]))
        return "the segment table lies beyond the end of the file";

    *image = (struct elf_image){header.entry, 0};
    for (unsigned i = 0; i < header.phnum; i++) {
        const struct elf_segment *s = &segments[i];
        if (s->type == SEGMENT_INTERPRETER)
            return "it needs a dynamic linker";
        if (s->type != SEGMENT_LOAD || s->memsz == 0)
            continue;
        const char *problem = check_segment(file, s);
        if (!problem)
            problem = map_segment(file, s);
        if (problem)
            return problem;
        if (image->end < PAGE_UP(s->vaddr + s->memsz))
            image->end = PAGE_UP(s->vaddr + s->memsz);
    }
    return image->end ? NULL : "it has nothing to load";
}
