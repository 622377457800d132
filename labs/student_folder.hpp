#pragma once
// What a student works in: the skeleton to fill, the files that are given, the handout with the
// student's own numbers, and `lab.json`, which says which lab and which seed this is.
#include "labs/lab.hpp"

namespace ringside::labs {

struct StudentFolder {
    std::string lab;
    std::string student; // empty: practice
    Seed seed;
};

// Makes it. HostError when `folder` is there and not empty, or cannot be written.
void make_student_folder(Lab const& lab, StudentFolder const& who,
                         std::filesystem::path const& folder, std::filesystem::path const& kits);

// Reads `lab.json`. HostError when it is no student's folder, or damaged.
[[nodiscard]] StudentFolder read_student_folder(std::filesystem::path const& folder);

} // namespace ringside::labs
