#pragma once
// Grading of one submission and of many.
#include "labs/report.hpp"
#include "ui/cli/lab/lab_places.hpp"

namespace ringside::cli {

struct GradeRequest {
    std::string folder;     // of the student
    std::string course_key; // empty: the folder's own seed counts
    std::string student;    // empty: as the folder says
    bool only_public = false;
    std::string pictures; // a folder for them; empty: none
};

[[nodiscard]] labs::Report grade_folder(GradeRequest const& request);

// Each in a process of its own, at most `jobs` at once, in the order asked. One that cannot be
// graded is a HostError that names its folder, after the others are done.
[[nodiscard]] std::vector<labs::Report> grade_folders(std::vector<GradeRequest> const& requests,
                                                      unsigned jobs);

} // namespace ringside::cli
