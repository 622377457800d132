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
[[nodiscard]] constexpr bool is_64bit(Split split) { // the kernel, and so its programs
    return split == Split::X64 || split == Split::X64Kpti;
}

// The four parts of 4G/4G (--4g-parts): a page directory each for kernel and program; 4 GB of
// addresses for the program; user memory reached by look-up and window; entry code in the top 16
// MB.
struct FourFourParts {
    bool switches = true;
    bool layout = true;
    bool indirect = true;
    bool high = true;
};
// Of words between commas, all of them known.
[[nodiscard]] FourFourParts parse_parts(std::string_view text);

struct MachineConfig {
    Split split = Split::ThreeOne;
    std::filesystem::path program;         // an ELF file
    std::string program_name;              // as the student typed it
    std::vector<std::string> arguments;    // after the name
    std::filesystem::path guest_directory; // where the kernels' images lie
    std::filesystem::path kernel;          // empty: the split's own image in guest_directory
    std::filesystem::path rom;             // a ROM instead of kernel and program
    u16 post_port = 0x80; // with a ROM: bytes written here are told, as hexadecimal lines
    u64 ram_bytes = 64U << 20U;
    u64 seed = 0;
    std::string standard_input; // the whole of it: a run is a function of its inputs
    std::map<std::string, std::string>
        features;          // wp nx smep smap pcid pae pge user_limit parts bug -> word
    bool cold_tlb = false; // drop user TLB entries at each syscall event
};

// The kernel's file: `kernel`, or guest_directory/kernel-SPLIT.elf; of 4g4g in parts,
// kernel-4g4g-PART-PART.elf. With PAE, -pae before the dot.
[[nodiscard]] std::filesystem::path kernel_image(MachineConfig const& config);

} // namespace ringside
