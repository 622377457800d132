/* An i386 program's ELF tables, under a 64-bit kernel: the same numbers in fewer bits. */
#include "fs/file.h"
#include "fs/program.h"
#include "layout.h"
#include "mm/filemap.h"

struct header_32 {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct segment_32 {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct header_32) == 52 && sizeof(struct segment_32) == ELF_SEGMENT_SIZE_32, "the file has it so");

static struct elf_segment longer(const struct segment_32 *s)
{
    return (struct elf_segment){s->type, s->flags, s->offset, s->vaddr, s->paddr, s->filesz, s->memsz, s->align};
}

static const char *read_segments(struct program *program)
{
    struct segment_32 segments[ELF_MAX_SEGMENTS];
    if (!file_read(program->file, program->header.phoff, segments, program->header.phnum * sizeof segments[0]))
        return "the segment table lies beyond the end of the file";
    for (unsigned i = 0; i < program->header.phnum; i++) {
        program->segments[i] = longer(&segments[i]);
        if (program->segments[i].vaddr + program->segments[i].memsz > COMPAT_TASK_SIZE - STACK_LIMIT)
            return "a segment does not fit into the program's address space";
    }
    return NULL;
}

const char *program_read_i386(struct program *program)
{
    struct elf_header *header = &program->header;
    struct header_32 h;
    if (!file_read(program->file, 0, &h, sizeof h) || h.ident[5] != ELF_LITTLE_ENDIAN || h.machine != ELF_MACHINE_386)
        return "not a program for x86-64 or i386";
    header->type = h.type;
    header->machine = h.machine;
    header->entry = h.entry;
    header->phoff = h.phoff;
    header->phentsize = h.phentsize;
    header->phnum = h.phnum;
    if (h.type != ELF_EXECUTABLE)
        return "not a static executable";
    if (h.phentsize != sizeof(struct segment_32) || h.phnum > ELF_MAX_SEGMENTS)
        return "the segment table is not of the usual form";
    return read_segments(program);
}
