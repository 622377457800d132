#pragma once
// What a view is of: one recorded run and the files that its code came from. The caller (ui/cli)
// makes it; everything that stands on a view asks only this.
#include "core/session.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace ringside::view {

struct Subject {
    std::shared_ptr<Session> session;                      // recorded
    std::filesystem::path kernel_elf;                      // with symbols and lines; empty: none
    std::filesystem::path program_elf;                     // empty: that of the session's options
    std::vector<std::filesystem::path> source_directories; // of the guests' relative source paths
};

} // namespace ringside::view
