#include "labs/selftest.hpp"

#include "core/host_error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace ringside::labs {

namespace fs = std::filesystem;

namespace {

// A folder of its own for every grading.
class Rooms {
public:
    explicit Rooms(GradingPlaces const& places)
        : places_{places} {}
    GradingPlaces next() {
        GradingPlaces places = places_;
        places.work = places_.work / std::to_string(++count_);
        fs::create_directories(places.work);
        return places;
    }

private:
    GradingPlaces const& places_;
    int count_ = 0;
};

bool in_any(std::string const& id, std::vector<std::string> const& names) {
    return std::ranges::any_of(names,
                               [&](std::string const& name) { return is_in_group(id, name); });
}

// What a student with these numbers would hand in: a file of answers has the numbers' names in
// braces, for it is everybody's.
void fill_in_answers(Lab const& lab, Names const& variant, fs::path const& folder) {
    for (std::string const& name : lab.files) {
        bool const is_compiled = std::ranges::find(lab.sources, name) != lab.sources.end();
        if (is_compiled) {
            continue;
        }
        std::ifstream in{folder / name};
        std::string const text{std::istreambuf_iterator<char>{in}, {}};
        in.close();
        std::ofstream out{folder / name};
        out << fill_in(text, variant);
    }
}

SelftestLine judge(std::string subject, Report const& report,
                   std::function<bool(std::string const&)> const& should_pass) {
    SelftestLine line;
    line.subject = std::move(subject);
    line.score = report.score;
    line.max = report.max;
    if (!report.build_messages.empty()) {
        line.complaints.push_back("it does not compile: " + report.build_messages);
    }
    for (TestResult const& test : report.tests) {
        bool const passed = test.status == TestStatus::Pass;
        if (passed != should_pass(test.id)) {
            line.complaints.push_back(
                fmt::format("{} {}, which it should {}{}", passed ? "passes" : "loses", test.id,
                            passed ? "lose" : "pass", test.got.empty() ? "" : ": " + test.got));
        }
    }
    line.good = line.complaints.empty();
    return line;
}

} // namespace

std::vector<SelftestLine> selftest(Lab const& lab, std::vector<Seed> const& seeds,
                                   GradingPlaces const& places) {
    std::vector<SelftestLine> lines;
    Rooms rooms{places};
    auto const grade_folder = [&](fs::path const& folder, Seed const& seed) {
        return grade({.lab = lab,
                      .seed = seed,
                      .student = "",
                      .student_folder = "DIR",
                      .folder = folder,
                      .places = rooms.next(),
                      .only_public = false,
                      .on_failure = {}});
    };
    // The solution, or a wrong one, which is the right one but for one file.
    auto const handed_in = [&](Mutant const* mutant, Seed const& seed) {
        GradingPlaces const room = rooms.next();
        fs::copy(lab.folder / "solution", room.work, fs::copy_options::recursive);
        if (mutant != nullptr) {
            fs::copy_file(lab.folder / "mutants" / mutant->file, room.work / lab.files.front(),
                          fs::copy_options::overwrite_existing);
        }
        fill_in_answers(lab, variant_of(lab, seed), room.work);
        return room.work;
    };
    for (Seed const& seed : seeds) {
        lines.push_back(judge("solution", grade_folder(handed_in(nullptr, seed), seed),
                              [](std::string const&) { return true; }));
        lines.push_back(
            judge("skeleton", grade_folder(lab.folder / "skeleton", seed),
                  [&](std::string const& id) { return in_any(id, lab.skeleton_passes); }));
        for (Mutant const& mutant : lab.mutants) {
            lines.push_back(
                judge("mutants/" + mutant.file, grade_folder(handed_in(&mutant, seed), seed),
                      [&](std::string const& id) { return !in_any(id, mutant.loses); }));
            lines.back().mistake = mutant.mistake;
        }
    }
    return lines;
}

} // namespace ringside::labs
