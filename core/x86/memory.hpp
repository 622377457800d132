#pragma once
// What the models see of memory. `mmu` reads tables through PhysicalMemory; `seg` reads descriptor
// tables, task-state segments and stacks through LinearMemory, which `core` implements with `mmu`.
// Neither model knows the other.
#include "core/x86/address.hpp"
#include "core/x86/fault.hpp"
#include "core/x86/integers.hpp"
#include "core/x86/result.hpp"

namespace ringside {

// Guest-physical memory. Reads where nothing is mapped give all ones, writes there are dropped, as
// on a PC's bus. Little-endian; no alignment is needed.
class PhysicalMemory {
public:
    PhysicalMemory() = default;
    PhysicalMemory(PhysicalMemory const&) = default;
    PhysicalMemory(PhysicalMemory&&) = default;
    PhysicalMemory& operator=(PhysicalMemory const&) = default;
    PhysicalMemory& operator=(PhysicalMemory&&) = default;
    virtual ~PhysicalMemory() = default;

    [[nodiscard]] virtual u32 read32(PhysicalAddress address) const = 0;
    [[nodiscard]] virtual u64 read64(PhysicalAddress address) const = 0;
    virtual void write32(PhysicalAddress address, u32 value) = 0;
    virtual void write64(PhysicalAddress address, u64 value) = 0;
};

// Who asks for a linear address (SDM volume 3, section 5.6): an explicit access of the instruction
// at the current privilege, or an implicit supervisor access to a descriptor table or TSS, which is
// supervisor at any CPL.
enum class Privilege : u8 { ImplicitSupervisor, Supervisor, User };

// The linear address space as segmentation uses it. Sizes are 1, 2, 4 or 8 bytes; an access may
// cross pages. A `read` translates (and in the running machine fills the TLB and sets accessed
// bits, as hardware does even when a later check fails). `probe_write` translates for writing but
// moves nothing; after it succeeded `write` cannot fault.
class LinearMemory {
public:
    LinearMemory() = default;
    LinearMemory(LinearMemory const&) = default;
    LinearMemory(LinearMemory&&) = default;
    LinearMemory& operator=(LinearMemory const&) = default;
    LinearMemory& operator=(LinearMemory&&) = default;
    virtual ~LinearMemory() = default;

    [[nodiscard]] virtual Result<u64, Fault> read(LinearAddress address, unsigned size,
                                                  Privilege privilege) = 0;
    [[nodiscard]] virtual Result<Done, Fault> probe_write(LinearAddress address, unsigned size,
                                                          Privilege privilege) = 0;
    virtual void write(LinearAddress address, unsigned size, u64 value, Privilege privilege) = 0;
};

} // namespace ringside
