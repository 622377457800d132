#pragma once
// What grading a submission found: the native result (schema ringside.grade/1), from which the
// other formats are made.
#include "core/x86/integers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ringside::labs {

enum class TestStatus : u8 { Pass, Partial, Fail, NotReached };

struct TestResult {
    std::string id;
    std::string title;
    double score = 0;
    double max = 0;
    TestStatus status = TestStatus::NotReached;
    bool is_public = false;
    std::string why; // a hidden test says only this
    std::string sdm;
    // Public tests only.
    std::string event; // the key of the moment that shows it
    std::string expected;
    std::string got;
    std::string reproduce;             // a command
    std::vector<std::string> pictures; // files: got, wanted
    std::string text;                  // the panels of that moment, a file
};

struct Report {
    std::string lab;
    std::string student;
    std::string seed; // its tag
    std::string tool;
    double score = 0;
    double max = 0;
    u64 insns = 0; // executed by all runs
    std::vector<TestResult> tests;
    std::vector<std::string> files_replaced;
    std::string build_messages;
    std::string digest; // SHA-256 of what was handed in, the seed and the tool's version
};

[[nodiscard]] std::string_view to_string(TestStatus status); // "pass", "not reached"

// Rounded to what is shown, so that no result ends in ...0001.
[[nodiscard]] double rounded(double points);
// Points as people write them: "0.4", "17.5", "20".
[[nodiscard]] std::string points_text(double points);

// The formats. JSON ends with a newline.
[[nodiscard]] std::string to_json(Report const& report);
[[nodiscard]] std::string
to_json(std::vector<Report> const& reports); // one: an object; more: a list
// What to_json(Report) wrote.
[[nodiscard]] Report report_from_json(std::string const& json);
[[nodiscard]] std::string to_gradescope(Report const& report);
[[nodiscard]] std::string to_autolab(Report const& report); // one line
[[nodiscard]] std::string to_junit(std::vector<Report> const& reports);
// For a terminal. `all`: passed tests too.
[[nodiscard]] std::string to_text(Report const& report, bool all);

} // namespace ringside::labs
