#include "entry_oracle.hpp"

#include <algorithm>
#include <string>

namespace ringside::mmu::oracle {

namespace {

using enum PagingMode;
using enum PagingLevel;

constexpr std::array<Format, 12> all{{
    {"p32 PDE, page table", Bits32, PT, PD, ""},
    {"p32 PDE, 4-MiB page", Bits32, PD, PD, "21:m"},
    {"p32 PTE", Bits32, PT, PT, ""},
    {"pae PDE, page table", PAE, PT, PD, "62:M 63?"},
    {"pae PDE, 2-MiB page", PAE, PD, PD, "20:13 62:M 63?"},
    {"pae PTE", PAE, PT, PT, "62:M 63?"},
    {"p64 PML4E", Level4, PT, PML4, "7 51:M 63?"},
    {"p64 PDPTE, page directory", Level4, PT, PDPT, "51:M 63?"},
    {"p64 PDPTE, 1-GiB page", Level4, PDPT, PDPT, "29:13 51:M 63?"},
    {"p64 PDE, page table", Level4, PT, PD, "51:M 63?"},
    {"p64 PDE, 2-MiB page", Level4, PD, PD, "20:13 51:M 63?"},
    {"p64 PTE", Level4, PT, PT, "51:M 63?"},
}};

unsigned limit(std::string_view word, unsigned maxphyaddr) {
    if (word == "M") {
        return maxphyaddr;
    }
    if (word == "m") {
        return std::min(maxphyaddr, 40U) - 19;
    }
    return static_cast<unsigned>(std::stoul(std::string{word}));
}

bool in_range(std::string_view range, unsigned bit, unsigned maxphyaddr, bool nxe) {
    if (range.ends_with('?')) {
        return !nxe && bit == limit(range.substr(0, range.size() - 1), maxphyaddr);
    }
    std::size_t const colon = range.find(':');
    if (colon == std::string_view::npos) {
        return bit == limit(range, maxphyaddr);
    }
    return bit <= limit(range.substr(0, colon), maxphyaddr) &&
           bit >= limit(range.substr(colon + 1), maxphyaddr);
}

} // namespace

std::span<Format const> formats() {
    return all;
}

bool is_reserved(Format const& format, unsigned bit, unsigned maxphyaddr, bool nxe) {
    std::string_view rest = format.reserved;
    while (!rest.empty()) {
        std::size_t const end = std::min(rest.find(' '), rest.size());
        if (in_range(rest.substr(0, end), bit, maxphyaddr, nxe)) {
            return true;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

} // namespace ringside::mmu::oracle
