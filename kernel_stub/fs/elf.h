/* ELF, the part of it that programs of the machine's word size and their interpreters need. System V ABI,
   chapters 4 and 5. */
#ifndef FS_ELF_H
#define FS_ELF_H

#include <stdint.h>

struct elf_header {
    uint8_t ident[16]; /* 7F 45 4C 46, class, data, ... */
    uint16_t type, machine;
    uint32_t version;
    uintptr_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

#ifdef __x86_64__
struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
_Static_assert(sizeof(struct elf_header) == 64 && sizeof(struct elf_segment) == 56, "the file has it so");
#define ELF_CLASS 2
#define ELF_CLASS_32 1
#define ELF_SEGMENT_SIZE_32 32
#define ELF_MACHINE 62 /* EM_X86_64 */
#define ELF_MACHINE_386 3
#define ELF_MACHINE_NAME "x86-64"
#else
struct elf_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct elf_header) == 52 && sizeof(struct elf_segment) == 32, "the file has it so");
#define ELF_CLASS 1
#define ELF_MACHINE 3 /* EM_386 */
#define ELF_MACHINE_NAME "i386"
#endif

#define ELF_LITTLE_ENDIAN 1
#define ELF_EXECUTABLE 2
#define ELF_MAX_SEGMENTS 16

enum { SEGMENT_LOAD = 1, SEGMENT_INTERPRETER = 3 };
enum { SEGMENT_X = 1, SEGMENT_W = 2, SEGMENT_R = 4 };

/* The auxiliary vector: what the kernel tells a program besides arguments and environment. */
enum {
    AT_NULL = 0,
    AT_PHDR = 3,   /* where the segment table is, if it is loaded at all */
    AT_PHENT = 4,  /* bytes of an entry */
    AT_PHNUM = 5,
    AT_PAGESZ = 6,
    AT_BASE = 7,   /* where the interpreter is; 0: none */
    AT_ENTRY = 9,  /* of the program itself */
    AT_UID = 11,
    AT_EUID = 12
};

#endif
