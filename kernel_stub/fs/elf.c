/* Loading a program is describing it: each segment becomes a VMA that says which part of the
   file belongs where. No page is read until the program, or the kernel for it, touches it. */
#include "fs/elf.h"

#include "fs/file.h"
#include "fs/program.h"
#include "mm/filemap.h"
#include "mm/uaccess.h"
#include "task/task.h"

static word first_page(const struct elf_segment *s)
{
    return PAGE_DOWN(s->vaddr);
}

static word end_page(const struct elf_segment *s)
{
    return PAGE_UP(s->vaddr + s->memsz);
}

static bool is_loaded(const struct elf_segment *s)
{
    return s->type == SEGMENT_LOAD && s->memsz > 0;
}

/* Does the .bss begin in the last page of .data? What the file has there is not the program's. */
static bool has_tail(const struct elf_segment *s)
{
    return s->filesz > 0 && s->memsz > s->filesz && (s->vaddr + s->filesz) % PAGE_SIZE != 0;
}

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
    if (has_tail(s) && !(s->flags & SEGMENT_W))
        return "a segment that must be zeroed is not writable";
    return NULL;
}

static const char *check_segments(struct program *program)
{
    program->end = program->table = 0;
    for (unsigned i = 0; i < program->header.phnum; i++) {
        const struct elf_segment *s = &program->segments[i];
        if (!is_loaded(s))
            continue;
        const char *problem = check_segment(program->file, s);
        if (problem)
            return problem;
        for (unsigned j = 0; j < i; j++) {
            const struct elf_segment *other = &program->segments[j];
            if (is_loaded(other) && first_page(s) < end_page(other) && first_page(other) < end_page(s))
                return "two segments share a page";
        }
        if (program->end < end_page(s))
            program->end = end_page(s);
        word table = program->header.phoff;
        if (s->offset <= table && table - s->offset < s->filesz)
            program->table = s->vaddr + (table - s->offset);
    }
    return program->end ? NULL : "it has nothing to load";
}

/* The name of the program that is to run first, and to load what this one needs. */
static const char *read_interpreter(struct program *program)
{
    program->interpreter[0] = 0;
    for (unsigned i = 0; i < program->header.phnum; i++) {
        const struct elf_segment *s = &program->segments[i];
        if (s->type != SEGMENT_INTERPRETER)
            continue;
        word n = s->filesz;
        if (n < 2 || n > sizeof program->interpreter ||
            !file_read(program->file, s->offset, program->interpreter, n) ||
            program->interpreter[n - 1] != 0 || program->interpreter[0] == 0)
            return "its interpreter has no proper name";
    }
    return NULL;
}

const char *program_read(struct program *program, struct file *file)
{
    struct elf_header *header = &program->header;
    program->file = file;
    if (!file_read(file, 0, header, sizeof *header) || memcmp(header->ident, "\177ELF", 4) != 0)
        return "not an ELF file";
#ifdef __x86_64__
    program->is_i386 = header->ident[4] == ELF_CLASS_32;
    if (program->is_i386) {
        const char *no_i386 = program_read_i386(program);
        if (!no_i386)
            no_i386 = read_interpreter(program);
        return no_i386 ? no_i386 : check_segments(program);
    }
#endif
    if (header->ident[4] != ELF_CLASS || header->ident[5] != ELF_LITTLE_ENDIAN ||
        header->machine != ELF_MACHINE)
        return "not a program for " ELF_MACHINE_NAME;
    if (header->type != ELF_EXECUTABLE)
        return "not a static executable";
    if (header->phentsize != sizeof program->segments[0] || header->phnum > ELF_MAX_SEGMENTS)
        return "the segment table is not of the usual form";
    if (!file_read(file, header->phoff, program->segments,
                   header->phnum * sizeof program->segments[0]))
        return "the segment table lies beyond the end of the file";
    const char *problem = read_interpreter(program);
    return problem ? problem : check_segments(program);
}

static const char *map_segment(struct file *file, const struct elf_segment *s)
{
    struct mm *mm = current->mm;
    uint32_t flags = VM_MAYALL | (s->flags & SEGMENT_R ? VM_READ : 0) |
                     (s->flags & SEGMENT_W ? VM_WRITE : 0) | (s->flags & SEGMENT_X ? VM_EXEC : 0);
    word start = first_page(s), end = end_page(s);
    word file_end = s->filesz > 0 ? PAGE_UP(s->vaddr + s->filesz) : start;
    const char *no_memory = "no memory for a segment";

    if (!range_is_free(mm, start, end))
        return "the interpreter lies where the program is";
    if (file_end > start &&
        vma_insert(mm, start, file_end, flags, file, s->offset / PAGE_SIZE) != 0)
        return no_memory;
    if (end > file_end && vma_insert(mm, file_end, end, flags, NULL, 0) != 0)
        return no_memory;
    word tail = s->vaddr + s->filesz;
    if (has_tail(s) && clear_user((void *)tail, file_end - tail))
        return no_memory;
    return NULL;
}

const char *program_map(const struct program *program)
{
    for (unsigned i = 0; i < program->header.phnum; i++) {
        const struct elf_segment *s = &program->segments[i];
        const char *problem = is_loaded(s) ? map_segment(program->file, s) : NULL;
        if (problem)
            return problem;
    }
    return NULL;
}
