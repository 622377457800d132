#pragma once
// What a machine is made of: the options of the command line, checked.
#include "core/host_error.hpp"
#include "core/x86/integers.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

enum class Split : u8 { Segmented, ThreeOne, FourFour, X64, X64Kpti };
[[nodiscard]] std::string_view to_string(Split split); // "3g1g"
[[nodiscard]] std::optional<Split> parse_split(std::string_view text);

struct MachineConfig {
    Split split = Split::ThreeOne;
    std::filesystem::path program;         // an ELF file
    std::string program_name;              // as the student typed it
    std::vector<std::string> arguments;    // after the name
    std::filesystem::path guest_directory; // where the kernels' images lie
    std::filesystem::path kernel;          // empty: the split's own image in guest_directory
    u64 ram_bytes = 64U << 20U;
    u64 seed = 0;
    std::string standard_input; // the whole of it: a run is a function of its inputs
    std::map<std::string, std::string>
        features;          // wp nx smep smap pcid pae pge user_limit parts bug -> word
    bool cold_tlb = false; // drop user TLB entries at each syscall event
};

// The kernel's file: `kernel`, or guest_directory/kernel-SPLIT.elf.
[[nodiscard]] std::filesystem::path kernel_image(MachineConfig const& config);

} // namespace ringside
