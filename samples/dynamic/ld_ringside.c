/* The interpreter of `dynamic`: what a real ld.so does, in the order in which it does it, with everything left out that can be. Map the
   library's segments where they belong, fill the program's table, seal it, jump to the program. */
#include "libc.h"

#include "table.h"

enum { AT_PHDR = 3, AT_PHNUM = 5, AT_ENTRY = 9 };
#define PT_GNU_RELRO 0x6474E552u
#define PT_LIBRARY_TEXT 0x65000001u /* segments of our own file that the kernel passes over */
#define PT_LIBRARY_DATA 0x65000002u
#define PAGE 4096u

#ifdef __x86_64__
struct segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
#else
struct segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
#endif

extern const struct slot library_names[]; /* where the library will be */

static uintptr_t auxiliary(const uintptr_t *vector, uintptr_t key)
{
    for (; vector[0]; vector += 2)
        if (vector[0] == key)
            return vector[1];
    return 0;
}

static void map_library(const char *path)
{
    int fd = open(path, O_RDONLY);
    struct {
        uint8_t ident[16];
        uint16_t type, machine;
        uint32_t version;
        uintptr_t entry, phoff, shoff;
        uint32_t flags;
        uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
    } header; /* of an ELF file */
    read(fd, &header, sizeof header);
    lseek(fd, (long)header.phoff, SEEK_SET);
    for (unsigned i = 0; i < header.phnum; i++) {
        struct segment s;
        if (read(fd, &s, sizeof s) != sizeof s)
            break;
        if (s.type != PT_LIBRARY_TEXT && s.type != PT_LIBRARY_DATA)
            continue;
        int rights = s.type == PT_LIBRARY_TEXT ? PROT_READ | PROT_EXEC : PROT_READ | PROT_WRITE;
        mmap((void *)s.vaddr, s.memsz, rights, MAP_PRIVATE | MAP_FIXED, fd, (long)s.offset);
        printf("ld: the library's %s is promised at %08" PRIxPTR "\n", s.type == PT_LIBRARY_TEXT ? "code" : "data", (uintptr_t)s.vaddr);
    }
    close(fd);
}

static void *find(const char *name)
{
    for (const struct slot *slot = library_names; slot->name[0]; slot++)
        if (strcmp(slot->name, name) == 0)
            return slot->address;
    return NULL;
}

static void fill_and_seal(const struct segment *relro)
{
    for (struct slot *slot = (struct slot *)relro->vaddr; slot->name[0]; slot++) {
        slot->address = find(slot->name);
        printf("ld: %s is at %08" PRIxPTR "\n", slot->name, (uintptr_t)slot->address);
    }
    mprotect((void *)relro->vaddr, (relro->memsz + PAGE - 1) & ~(PAGE - 1), PROT_READ);
    printf("ld: the table at %08" PRIxPTR " may only be read from now on\n", (uintptr_t)relro->vaddr);
}

/* stack: as the kernel left it for the program. The result is where the program begins. */
uintptr_t interpret(const uintptr_t *stack)
{
    const uintptr_t *at = stack + 1 + stack[0] + 1; /* behind the arguments and their 0 */
    while (*at++)
        ; /* the environment */
    printf("ld: I am first; the program would begin at %08" PRIxPTR "\n", auxiliary(at, AT_ENTRY));
    map_library("/lib/ld-ringside.so");
    const struct segment *segments = (const struct segment *)auxiliary(at, AT_PHDR);
    for (uintptr_t i = 0; i < auxiliary(at, AT_PHNUM); i++)
        if (segments[i].type == PT_GNU_RELRO)
            fill_and_seal(&segments[i]);
    return auxiliary(at, AT_ENTRY);
}
