#pragma once
// Golden texts and pictures in tests/ui/golden. With RINGSIDE_UPDATE_GOLDEN=1 they are written anew
// and then looked at by a person before they are committed.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace ringside::tests {

inline std::filesystem::path golden_path(std::string const& name) {
    return std::filesystem::path{RINGSIDE_SOURCE_DIR} / "tests/ui/golden" / name;
}

inline bool updating_golden() {
    char const* const update = std::getenv("RINGSIDE_UPDATE_GOLDEN");
    return update != nullptr && std::string{update} == "1";
}

// The stored bytes; `now` is stored first when golden files are being written.
inline std::string golden(std::string const& name, std::string const& now) {
    if (updating_golden()) {
        std::ofstream{golden_path(name), std::ios::binary} << now;
    }
    std::ifstream file{golden_path(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace ringside::tests
