#include "ui/cli/lab/lab_places.hpp"

#include "core/host_error.hpp"
#include "ui/cli/guest_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ringside::cli {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> lab_directories() {
    char const* const chosen = std::getenv("RINGSIDE_LABS_DIR");
    if (chosen != nullptr && *chosen != '\0') {
        return {chosen};
    }
    std::vector<fs::path> places;
    for (fs::path const& source : source_directories()) {
        places.push_back(source / "labs");
    }
    return places;
}

fs::path labs_directory() {
    std::error_code error;
    for (fs::path const& place : lab_directories()) {
        if (fs::is_directory(place, error)) {
            return place;
        }
    }
    throw HostError{"there are no labs in '" + lab_directories().front().string() +
                    "'; RINGSIDE_LABS_DIR names their folder"};
}

} // namespace

std::vector<labs::Lab> all_labs() {
    std::vector<labs::Lab> found;
    for (auto const& entry : fs::directory_iterator{labs_directory()}) {
        if (fs::exists(entry.path() / "lab.toml")) {
            found.push_back(labs::read_lab(entry.path()));
        }
    }
    std::ranges::sort(found, {}, &labs::Lab::id);
    return found;
}

labs::Lab find_lab(std::string const& name) {
    fs::path const folder = labs_directory() / name;
    bool const plain = !name.empty() && name.find('/') == std::string::npos && name.front() != '.';
    if (!plain || !fs::exists(folder / "lab.toml")) {
        throw HostError{"there is no lab '" + name + "'; `ringside lab list` names them"};
    }
    return labs::read_lab(folder);
}

Scratch::Scratch() {
    std::string pattern = (fs::temp_directory_path() / "ringside-lab-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw HostError{"cannot make a folder '" + pattern + "': " + std::strerror(errno)};
    }
    path_ = pattern;
}

Scratch::~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path Scratch::folder(std::string const& name) const {
    fs::create_directories(path_ / name);
    return path_ / name;
}

labs::GradingPlaces grading_places(labs::Lab const& lab, fs::path const& work) {
    return {.kits = guest_directory() / "kit",
            .programs = guest_directory() / "labs" / lab.id,
            .work = work};
}

} // namespace ringside::cli
