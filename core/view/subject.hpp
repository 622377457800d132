#pragma once
// What a view is of: one recorded run, the names of its events and the files that its code came
// from. The caller (ui/cli) makes it; everything that stands on a view asks only this.
#include "core/session.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::view {

struct Subject {
    std::shared_ptr<Session> session; // recorded

    std::vector<std::string> keys; // one an event: "sys1/write/copy/p2"
    // One sentence about an event, made of its facts; may be absent or give "".
    std::function<std::string(std::size_t event)> sentence;
    // A moment by name (WHEN of the command line). Throws HostError with one clear line when it is
    // malformed or beyond the run. May be absent.
    std::function<Moment(std::string_view when)> when;

    std::filesystem::path kernel_elf; // with symbols and lines; empty: none
    std::filesystem::path program_elf;
    std::vector<std::filesystem::path> source_directories; // of the guests' relative source paths
};

} // namespace ringside::view
