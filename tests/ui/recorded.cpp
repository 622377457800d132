#include "tests/ui/recorded.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>

namespace ringside::tests {

namespace {

std::filesystem::path const guests = std::filesystem::path{RINGSIDE_BINARY_DIR} / "guest";

view::Subject record(Split split) {
    MachineConfig config;
    config.split = split;
    config.program = guests / (is_64bit(split) ? "x64" : "") / "pages";
    config.program_name = "pages";
    config.guest_directory = guests;
    view::Subject subject;
    subject.session = std::make_shared<Session>(config);
    subject.session->record(10'000'000);
    subject.kernel_elf = kernel_image(config);
    subject.source_directories = {RINGSIDE_SOURCE_DIR};
    return subject;
}

} // namespace

bool guests_are_there() {
    if (std::filesystem::exists(guests / "kernel-4g4g.elf")) {
        return true;
    }
    MESSAGE("skipped: the guests are not built");
    return false;
}

view::Subject const& pages(Split split) {
    static std::map<Split, view::Subject> recorded;
    auto const known = recorded.find(split);
    return known != recorded.end() ? known->second
                                   : recorded.emplace(split, record(split)).first->second;
}

} // namespace ringside::tests
