#pragma once
// Where labs lie, and room to work in.
#include "labs/grader.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace ringside::cli {

// labs/NAME in the source tree, or where the environment's RINGSIDE_LABS_DIR says. HostError when
// there is none.
[[nodiscard]] labs::Lab find_lab(std::string const& name);
[[nodiscard]] std::vector<labs::Lab> all_labs();

// A folder that is gone, with all in it, when this is.
class Scratch {
public:
    Scratch();
    Scratch(Scratch const&) = delete;
    Scratch(Scratch&&) = delete;
    Scratch& operator=(Scratch const&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch();
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    [[nodiscard]] std::filesystem::path folder(std::string const& name) const; // made, empty

private:
    std::filesystem::path path_;
};

[[nodiscard]] labs::GradingPlaces grading_places(labs::Lab const& lab,
                                                 std::filesystem::path const& work);

} // namespace ringside::cli
