/* ELF, the part of it that a static 32-bit program needs. System V ABI, chapters 4 and 5. */
#ifndef FS_ELF_H
#define FS_ELF_H

#include <stdint.h>

struct elf_header {
    uint8_t ident[16]; /* 7F 45 4C 46, class, data, ... */
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 52, "the file has it so");

struct elf_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct elf_segment) == 32, "the file has it so");

#define ELF_CLASS_32 1
#define ELF_LITTLE_ENDIAN 1
#define ELF_EXECUTABLE 2
#define ELF_386 3
#define ELF_MAX_SEGMENTS 16

enum { SEGMENT_LOAD = 1, SEGMENT_INTERPRETER = 3 };
enum { SEGMENT_X = 1, SEGMENT_W = 2, SEGMENT_R = 4 };

#endif
