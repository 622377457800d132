#include "ui/cli/guest_files.hpp"

#include <array>
#include <cstdlib>
#include <fstream>

namespace ringside::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::array all_splits{Split::Segmented, Split::ThreeOne, Split::FourFour, Split::X64,
                                Split::X64Kpti};

constexpr char const* how_to_build =
    "install clang and lld (./run.sh does) and build Ringside again, or set RINGSIDE_GUEST_DIR";

fs::path kernel_of(Split split) {
    MachineConfig config;
    config.split = split;
    config.guest_directory = guest_directory();
    return kernel_image(config);
}

bool is_file(fs::path const& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

} // namespace

fs::path executable_directory() {
    std::error_code error;
    fs::path const self = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::current_path(error) : self.parent_path();
}

fs::path guest_directory() {
    char const* const chosen = std::getenv("RINGSIDE_GUEST_DIR");
    return chosen != nullptr && *chosen != '\0' ? fs::path{chosen}
                                                : executable_directory() / "guest";
}

std::vector<fs::path> source_directories() {
    return {executable_directory().parent_path(), fs::path{RINGSIDE_SOURCE_TREE}};
}

std::vector<Sample> list_samples() {
    fs::path const table = guest_directory() / "samples.txt";
    std::ifstream file{table};
    if (!file) {
        throw HostError{"there are no samples in '" + guest_directory().string() +
                        "': " + how_to_build};
    }
    std::vector<Sample> samples;
    for (std::string line; std::getline(file, line);) {
        auto const tab = line.find('\t');
        if (!line.empty() && line.front() != '#' && tab != std::string::npos) {
            samples.push_back({line.substr(0, tab), line.substr(tab + 1)});
        }
    }
    return samples;
}

fs::path find_program(std::string const& name, Split split) {
    bool const is_path = name.find('/') != std::string::npos;
    if (!is_path && is_file(guest_directory() / "samples.txt")) {
        for (Sample const& sample : list_samples()) {
            if (sample.name == name) {
                fs::path const folder = guest_directory() / (is_64bit(split) ? "x64" : "");
                fs::path program = folder / name;
                if (!is_file(program)) {
                    throw HostError{"the sample '" + name + "' is not built: " + how_to_build};
                }
                return program;
            }
        }
    }
    std::error_code error;
    auto const status = fs::status(name, error);
    if (!fs::exists(status)) {
        throw HostError{"there is no sample and no file '" + name +
                        "'; `ringside samples` lists the samples"};
    }
    if (!fs::is_regular_file(status)) {
        throw HostError{"'" + name + "' is not a file; PROGRAM is a sample or a static ELF file"};
    }
    return name;
}

std::vector<Split> built_splits() {
    std::vector<Split> built;
    for (Split const split : all_splits) {
        if (is_file(kernel_of(split))) {
            built.push_back(split);
        }
    }
    return built;
}

void require_kernel(MachineConfig const& config) {
    fs::path const image = kernel_image(config);
    if (is_file(image)) {
        return;
    }
    if (!config.kernel.empty()) {
        throw HostError{"there is no kernel file '" + image.string() +
                        "'; --kernel names an ELF file"};
    }
    std::string names;
    for (Split const split : built_splits()) {
        names += (names.empty() ? "" : ", ") + std::string{to_string(split)};
    }
    throw HostError{
        "there is no kernel for the split " + std::string{to_string(config.split)} + " in '" +
        config.guest_directory.string() + "'" +
        (names.empty() ? std::string{": "} + how_to_build : "; these are there: " + names)};
}

} // namespace ringside::cli
