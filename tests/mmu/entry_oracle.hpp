#pragma once
// The reserved bits and the frame bits of every entry format, as ranges copied from the manual's
// tables 5-4 to 5-20 (SDM volume 3, sections 5.3 to 5.5), read bit by bit.
#include <span>
#include <string_view>

#include "one_path.hpp"

namespace ringside::mmu::oracle {

struct Format {
    char const* name;
    PagingMode mode;
    PagingLevel leaf;  // of a path that has such an entry
    PagingLevel level; // of the entry
    // Ranges "high:low" or single bits, blank-separated. M is MAXPHYADDR, m the lesser of M and 40
    // less 19, and a trailing "?" means: while IA32_EFER.NXE = 0.
    std::string_view reserved;
};

[[nodiscard]] std::span<Format const> formats();
[[nodiscard]] bool is_reserved(Format const& format, unsigned bit, unsigned maxphyaddr, bool nxe);

} // namespace ringside::mmu::oracle
