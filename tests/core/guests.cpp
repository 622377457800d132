#include "tests/core/guests.hpp"

namespace ringside::tests {

MachineConfig guest(std::string const& program, Split split) {
    std::filesystem::path const directory = std::filesystem::path{RINGSIDE_BINARY_DIR} / "guest";
    MachineConfig config;
    config.split = split;
    config.program = directory / (is_64bit(split) ? "x64" : "") / program;
    config.program_name = program;
    config.guest_directory = directory;
    return config;
}

} // namespace ringside::tests
