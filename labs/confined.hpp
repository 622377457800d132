#pragma once
// Running a compiler over a student's file. Source text can name any file of the host (#include,
// .incbin), so the compiler is confined by Landlock (Linux 5.13): it reads the system's programs
// and libraries and the folders it is given, and writes one. It has limits of time, memory and
// output as well.
#include <filesystem>
#include <string>
#include <vector>

namespace ringside::labs {

struct ConfinedCommand {
    std::vector<std::string> words; // the program first, an absolute path
    std::vector<std::filesystem::path> reads;
    std::filesystem::path writes;
};

struct ConfinedResult {
    bool ok = false;
    std::string output; // what it printed, both streams, at most 64 KiB
};

// Can this host confine at all? Empty, or the reason why not.
[[nodiscard]] std::string why_not_confined();

// HostError when it cannot be confined or started.
[[nodiscard]] ConfinedResult run_confined(ConfinedCommand const& command);

} // namespace ringside::labs
