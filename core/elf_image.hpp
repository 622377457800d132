#pragma once
// Executable files for the guest, read and judged by the host: kernels that it loads, programs that
// the guest kernel will load. Every way in which a file can be wrong is a HostError that names the
// file and the reason.
#include "core/x86/integers.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ringside {

struct ElfSegment {
    u64 linear = 0;   // p_vaddr
    u64 physical = 0; // p_paddr
    u64 offset = 0;   // in the file
    u64 file_size = 0;
    u64 memory_size = 0;
    bool executable = false;
};

struct ElfImage {
    bool is_64bit = false;
    u64 entry = 0;
    std::vector<ElfSegment> segments; // PT_LOAD only, in the file's order
    std::vector<u8> bytes;            // the whole file
    std::string interpreter;          // the program that is to run first and load it; empty: none
};

// The whole of a regular file, or one clear line why not.
[[nodiscard]] std::vector<u8> read_file(std::filesystem::path const& file);

[[nodiscard]] ElfImage read_elf(std::filesystem::path const& file);

// A program the guest kernel can run: user addresses only, segments in order that do not overlap,
// entry in code.
void check_program(ElfImage const& image, std::filesystem::path const& file);

} // namespace ringside
