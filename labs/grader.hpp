#pragma once
// Grades one submission of one lab: builds the kernels with the student's files, makes each run
// that a test wants once, asks the checks, and adds up. Equal inputs give equal reports: budgets
// are instructions, never seconds.
#include "labs/check.hpp"
#include "labs/report.hpp"

#include <functional>

namespace ringside::labs {

// Where things are, and who asks.
struct GradingPlaces {
    std::filesystem::path kits;     // build/guest/kit
    std::filesystem::path programs; // the lab's guest programs
    std::filesystem::path work;     // an empty folder of this grading's own
};

// Told of each public test that failed, with the run that shows it: makes the pictures.
using OnFailure = std::function<void(TestResult&, RecordedRun const&, u64 event)>;

struct Grading {
    Lab const& lab;
    Seed seed;
    std::string student;
    std::string student_folder; // as it is written in commands: "ringside ... DIR"
    std::filesystem::path folder;
    GradingPlaces places;
    bool only_public = false;
    OnFailure on_failure; // may be empty
};

[[nodiscard]] Report grade(Grading const& grading);

} // namespace ringside::labs
