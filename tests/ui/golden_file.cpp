#include "tests/ui/golden_file.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace ringside::tests {

std::filesystem::path golden_path(std::string const& name) {
    return std::filesystem::path{RINGSIDE_SOURCE_DIR} / "tests/ui/golden" / name;
}

bool updating_golden() {
    char const* const update = std::getenv("RINGSIDE_UPDATE_GOLDEN");
    return update != nullptr && std::string{update} == "1";
}

std::string golden(std::string const& name, std::string const& now) {
    if (updating_golden()) {
        std::ofstream{golden_path(name), std::ios::binary} << now;
    }
    std::ifstream file{golden_path(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace ringside::tests
