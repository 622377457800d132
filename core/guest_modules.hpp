#pragma once
// What the loader hands to the guest kernel beside the kernel itself: the program, the interpreter
// that it names, and further files. Each is judged first; what is wrong with one is a HostError.
#include "core/elf_image.hpp"
#include "core/machine_config.hpp"

namespace ringside {

struct GuestModule {
    std::filesystem::path file;
    std::string line;      // its name, and for the program its arguments
    std::vector<u8> bytes; // as they go into RAM
};

// The first is the program. Where a file PROGRAM.files lies beside it, the files that it names, one
// a line, are in the guest's root directory too.
[[nodiscard]] std::vector<GuestModule> guest_modules(MachineConfig const& config);

} // namespace ringside
