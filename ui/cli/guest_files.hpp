#pragma once
// Where the guests are: kernels, samples and the list of samples, in `guest/` beside the
// executable, or where the environment's RINGSIDE_GUEST_DIR says. Every file that is missing is a
// HostError that says how to get it.
#include "core/machine_config.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::cli {

struct Sample {
    std::string name;
    std::string sentence;
};

[[nodiscard]] std::filesystem::path executable_directory();
[[nodiscard]] std::filesystem::path guest_directory();
// Where the guests' sources may be, for the panels: this tree, and where it was built.
[[nodiscard]] std::vector<std::filesystem::path> source_directories();

[[nodiscard]] std::vector<Sample> list_samples();
// A sample's file, in the word size of the split's kernel, or the file of this name.
[[nodiscard]] std::filesystem::path find_program(std::string const& name, Split split);
// The splits that have a kernel here.
[[nodiscard]] std::vector<Split> built_splits();
// Throws when the split has no kernel here or the file of `--kernel` is none.
void require_kernel(MachineConfig const& config);

} // namespace ringside::cli
