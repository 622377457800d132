#include "core/machine_config.hpp"

#include <array>
#include <utility>

namespace ringside {

namespace {

constexpr std::array<std::pair<Split, std::string_view>, 5> names{{
    {Split::Segmented, "segmented"},
    {Split::ThreeOne, "3g1g"},
    {Split::FourFour, "4g4g"},
    {Split::X64, "x64"},
    {Split::X64Kpti, "x64-kpti"},
}};

} // namespace

std::string_view to_string(Split split) {
    for (auto const& [value, name] : names) {
        if (value == split) {
            return name;
        }
    }
    return "?";
}

std::optional<Split> parse_split(std::string_view text) {
    for (auto const& [value, name] : names) {
        if (name == text) {
            return value;
        }
    }
    return std::nullopt;
}

std::filesystem::path kernel_image(MachineConfig const& config) {
    if (!config.kernel.empty()) {
        return config.kernel;
    }
    return config.guest_directory / ("kernel-" + std::string{to_string(config.split)} + ".elf");
}

} // namespace ringside
