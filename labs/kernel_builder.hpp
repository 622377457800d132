#pragma once
// A student's C becomes part of the guest kernel: compiled with the guest's own compiler and flags,
// linked into each split's kit (all of the kernel but the lab's functions). What a kit is,
// kernel_stub/CMakeLists.txt says.
#include "labs/lab.hpp"

#include <map>

namespace ringside::labs {

struct Build {
    bool ok = false;
    std::string messages;                                 // the compiler's and the linker's
    std::map<std::string, std::filesystem::path> kernels; // by split
};

// `student`: the folder with the lab's files. `work`: an empty folder, the only one that the
// compiler may write. `kits`: build/guest/kit. HostError when there is no compiler, no kit, or no
// confinement.
[[nodiscard]] Build build_kernels(Lab const& lab, Names const& variant,
                                  std::filesystem::path const& student,
                                  std::filesystem::path const& work,
                                  std::filesystem::path const& kits);

} // namespace ringside::labs
