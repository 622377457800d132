#include "protections.h"

#ifdef __x86_64__
#include "kernel_map.h"
#endif
#include "paging.h"
#include "user_access.h"
#include "boot/options.h"

/* CPUID, SDM volume 2: leaf 7 EBX, leaf 80000001 EDX */
#define HAS_SMEP (1u << 7)
#define HAS_SMAP (1u << 20)
#define HAS_NX (1u << 20)
#define HAS_PCID (1u << 17) /* leaf 1 ECX */

static struct cpuid features(void)
{
    return cpuid(0).eax >= 7 ? cpuid(7) : (struct cpuid){0};
}

static bool has_nx(void)
{
    return PTE_NX != 0 && cpuid(0x80000000).eax >= 0x80000001 && cpuid(0x80000001).edx & HAS_NX;
}

void protections_init(void)
{
    options.nx = options.nx && has_nx();
    options.smep = options.smep && features().ebx & HAS_SMEP;
    options.smap = options.smap && features().ebx & HAS_SMAP;
    if (options.wp)
        write_cr0(read_cr0() | CR0_WP);
    if (options.nx)
        write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
#ifdef __x86_64__
    kernel_map_protect();
#endif
    if (options.pge)
        write_cr4(read_cr4() | CR4_PGE);
#ifdef __x86_64__
    options.pcid = options.pcid && cpuid(1).ecx & HAS_PCID;
    if (options.pcid)
        write_cr4(read_cr4() | CR4_PCIDE);
#endif
    if (options.smep)
        write_cr4(read_cr4() | CR4_SMEP);
}

extern const struct alternative __start_alternatives[], __stop_alternatives[];

/* A 32-bit kernel's text is writable, for itself; 4G/4G's entry code is through the window. */
void user_access_init(void)
{
    if (!options.smap)
        return;
    for (const struct alternative *a = __start_alternatives; a < __stop_alternatives; a++)
        memcpy(TEXT_TO_WRITE(a->site), a->instruction, 3);
    write_cr4(read_cr4() | CR4_SMAP);
}
