#include "ui/cli/kernel_switches.hpp"

#include <string>
#include <string_view>

namespace ringside::cli {

namespace {

// Why these parts of 4G/4G make no kernel; empty: they make one.
std::string_view problem_of(FourFourParts const& parts) {
    if (parts.layout && !parts.switches) {
        return "layout needs switch: under one CR3 kernel and program cannot both have the "
               "addresses from 0x2000000 on";
    }
    if (parts.switches && !parts.high) {
        return "switch needs high: the processor enters under the program's CR3, which must have "
               "the entry code, the descriptor tables and a stack";
    }
    if (parts.switches && !parts.indirect) {
        return "switch needs indirect: the kernel's page directory has none of the program's pages";
    }
    if (parts.high && !parts.switches) {
        return "high needs switch: with one page directory the entry code can lie anywhere";
    }
    return {};
}

std::string word_of(MachineConfig const& config, std::string const& feature) {
    auto const found = config.features.find(feature);
    return found == config.features.end() ? std::string{} : found->second;
}

// Why this kernel does not turn the processor's feature on; empty: it can.
std::string_view problem_of(MachineConfig const& config, std::string_view feature) {
    if (feature == "pcid") {
        return config.split == Split::X64Kpti
                   ? ""
                   : "a kernel needs it where a system call changes CR3 twice: x64-kpti";
    }
    if (is_64bit(config.split)) {
        return feature == "pae" ? "page tables in long mode have four levels" : "";
    }
    if (feature == "nx" && word_of(config, "pae") != "on") {
        return "no-execute is bit 63 of a page-table entry, so it takes --pae on, whose entries "
               "have that many";
    }
    if (config.split == Split::Segmented) {
        return feature == "pae" ? "segmented's page tables have two levels, as Linux 2.0's"
                                : "segmented is older: its kernel reaches user memory by FS, and "
                                  "knows no other leave to ask for";
    }
    return {};
}

} // namespace

void check_switches(MachineConfig const& config) {
    if (!config.kernel.empty()) {
        return;
    }
    for (char const* const feature : {"pae", "nx", "smep", "smap", "pcid"}) {
        std::string_view const problem = problem_of(config, feature);
        if (!problem.empty() && word_of(config, feature) == "on") {
            throw HostError{"--" + std::string{feature} + " on: " + std::string{problem}};
        }
    }
    std::string const limit = word_of(config, "user_limit");
    if (limit == "4g" && config.split == Split::Segmented) {
        throw HostError{"--user-limit 4g: under segmented a program's segments end at 3 GB"};
    }
    if (!limit.empty() && is_64bit(config.split)) {
        throw HostError{"--user-limit " + limit + ": 64-bit code has no segment limits"};
    }
    if (std::string const check = word_of(config, "access_ok");
        !check.empty() && !is_64bit(config.split)) {
        throw HostError{"--access-ok " + check + ": it is for x64 and x64-kpti"};
    }
    if (limit == "3g" && config.split == Split::FourFour) {
        throw HostError{"--user-limit 3g: under 4g4g a program has more than 3 GB"};
    }
    std::string const parts = word_of(config, "parts");
    if (parts.empty()) {
        return;
    }
    if (config.split != Split::FourFour) {
        throw HostError{"--4g-parts are parts of 4g4g: say --split 4g4g too"};
    }
    if (std::string const problem{problem_of(parse_parts(parts))}; !problem.empty()) {
        throw HostError{"--4g-parts " + parts + ": " + problem};
    }
}

} // namespace ringside::cli
