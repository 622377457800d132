#include "core/machine_config.hpp"

#include <algorithm>
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

FourFourParts parse_parts(std::string_view text) {
    FourFourParts parts{.switches = false, .layout = false, .indirect = false, .high = false};
    while (!text.empty()) {
        std::string_view const part = text.substr(0, text.find(','));
        parts.switches = parts.switches || part == "switch";
        parts.layout = parts.layout || part == "layout";
        parts.indirect = parts.indirect || part == "indirect";
        parts.high = parts.high || part == "high";
        text.remove_prefix(std::min(part.size() + 1, text.size()));
    }
    return parts;
}

namespace {

std::string name_of_parts(MachineConfig const& config) {
    auto const found = config.features.find("parts");
    if (config.split != Split::FourFour || found == config.features.end()) {
        return {};
    }
    FourFourParts const parts = parse_parts(found->second);
    if (parts.switches && parts.layout && parts.indirect && parts.high) {
        return {};
    }
    return std::string{parts.switches ? "-switch" : ""} + (parts.layout ? "-layout" : "") +
           (parts.indirect ? "-indirect" : "") + (parts.high ? "-high" : "");
}

} // namespace

std::filesystem::path kernel_image(MachineConfig const& config) {
    if (!config.kernel.empty()) {
        return config.kernel;
    }
    auto const pae = config.features.find("pae");
    bool const three_levels = pae != config.features.end() && pae->second == "on";
    return config.guest_directory / ("kernel-" + std::string{to_string(config.split)} +
                                     name_of_parts(config) + (three_levels ? "-pae" : "") + ".elf");
}

} // namespace ringside
