#pragma once
// One access to a linear address, as paging sees it (SDM volume 3, section 5.6: access rights).
#include "core/x86/address.hpp"
#include "core/x86/integers.hpp"

namespace ringside::mmu {

enum class AccessType : u8 { Read, Write, Fetch };

struct Access {
    LinearAddress address{};
    AccessType type = AccessType::Read;
    bool user = false;     // CPL 3 and not implicit
    bool implicit = false; // to a descriptor table or TSS: supervisor at any CPL, and EFLAGS.AC
                           // does not lift SMAP
    friend bool operator==(Access const&, Access const&) = default;
};

} // namespace ringside::mmu
