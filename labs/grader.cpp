#include "labs/grader.hpp"

#include "core/host_error.hpp"
#include "labs/kernel_builder.hpp"
#include "labs/toml_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace ringside::labs {

namespace fs = std::filesystem;

namespace {

std::string file_text(fs::path const& file) {
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// Files of the lab that the student changed though they are not handed in.
std::vector<std::string> replaced_files(Lab const& lab, fs::path const& folder) {
    std::vector<std::string> replaced;
    std::error_code error;
    for (auto const& entry : fs::recursive_directory_iterator{lab.folder / "given", error}) {
        fs::path const name = fs::relative(entry.path(), lab.folder / "given");
        bool const changed = entry.is_regular_file() && fs::exists(folder / "given" / name) &&
                             file_text(folder / "given" / name) != file_text(entry.path());
        if (changed) {
            replaced.push_back("given/" + name.string());
        }
    }
    std::ranges::sort(replaced);
    return replaced;
}

// Answers that are no TOML cannot be read, as code that is no C cannot be compiled: said once.
void read_answers(Lab const& lab, fs::path const& folder, Build& build) {
    for (std::string const& name : lab.files) {
        if (!build.ok || fs::path{name}.extension() != ".toml") {
            continue;
        }
        try {
            static_cast<void>(TomlFile{folder / name});
        } catch (HostError const& error) {
            std::string_view why = error.what();
            std::string const where = (folder / "").string();
            why.remove_prefix(why.starts_with(where) ? where.size() : 0); // the student's own name
            build.ok = false;
            build.messages = fmt::format("{}\n", why);
        }
    }
}

class Grader {
public:
    explicit Grader(Grading const& grading)
        : grading_{grading}
        , names_{variant_of(grading.lab, grading.seed)} {}

    Report report() {
        Lab const& lab = grading_.lab;
        Report report;
        report.lab = lab.id;
        report.student = grading_.student;
        report.seed = grading_.seed.tag();
        report.tool = RINGSIDE_VERSION;
        report.files_replaced = replaced_files(lab, grading_.folder);
        build_ =
            build_kernels(lab, names_, grading_.folder, grading_.places.work, grading_.places.kits);
        read_answers(lab, grading_.folder, build_);
        report.build_messages = build_.ok ? "" : build_.messages;
        std::string handed_in = report.seed + report.tool;
        for (std::string const& file : lab.files) {
            handed_in += file + '\n' + file_text(grading_.folder / file);
        }
        report.digest = sha256(handed_in);
        for (Test const& test : lab.tests) {
            if (test.is_public || !grading_.only_public) {
                report.tests.push_back(result_of(test, report.tests));
                report.score += report.tests.back().score;
                report.max += test.points;
            }
        }
        for (auto const& [request, run] : runs_) {
            report.insns += run->end().insns;
        }
        return report;
    }

private:
    // "build" is passed when the kernels could be linked.
    [[nodiscard]] bool may_begin(Test const& test, std::vector<TestResult> const& before) const {
        return std::ranges::all_of(test.after, [&](std::string const& name) {
            return name == "build" ? build_.ok
                                   : std::ranges::all_of(before, [&](TestResult const& other) {
                                         return !is_in_group(other.id, name) ||
                                                other.status == TestStatus::Pass;
                                     });
        });
    }

    RecordedRun const& run_of(Test const& test) {
        std::unique_ptr<RecordedRun>& run = runs_[test.run];
        if (!run) {
            auto const kernel = build_.kernels.find(test.run.split);
            if (kernel == build_.kernels.end()) {
                throw HostError{fmt::format("the test '{}' runs under {}, which the lab does not "
                                            "build",
                                            test.id, test.run.split)};
            }
            run = std::make_unique<RecordedRun>(test.run,
                                                RunPlaces{kernel->second, grading_.places.programs},
                                                names_, grading_.lab.max_insns);
        }
        return *run;
    }

    [[nodiscard]] TestResult result_of(Test const& test, std::vector<TestResult> const& before) {
        TestResult result;
        result.id = test.id;
        result.title = test.title;
        result.max = test.points;
        result.is_public = test.is_public;
        result.sdm = test.sdm;
        if (!build_.ok || !may_begin(test, before)) {
            return result;
        }
        RecordedRun const& run = run_of(test);
        std::optional<Verdict> first_bad;
        for (CheckRequest const& check : test.checks) {
            Verdict const verdict = run_check(check, run, {grading_.folder}, names_);
            if (!verdict.good && !first_bad) {
                first_bad = verdict;
            }
        }
        result.status = first_bad ? TestStatus::Fail : TestStatus::Pass;
        result.score = first_bad ? 0 : test.points;
        if (first_bad) {
            explain(result, test, run, *first_bad);
        }
        return result;
    }

    // A hidden test tells its idea only: its numbers are the key.
    void explain(TestResult& result, Test const& test, RecordedRun const& run,
                 Verdict const& verdict) {
        result.why = test.why;
        if (!test.is_public) {
            return;
        }
        result.expected = verdict.expected;
        result.got = verdict.got;
        bool const at_end = verdict.event >= run.outline().keys.size();
        result.event = at_end ? "end" : run.outline().keys[verdict.event];
        result.reproduce = fmt::format("ringside lab show {} {} --at {}", grading_.student_folder,
                                       test.id, at_end ? "end" : "key:" + result.event);
        if (grading_.on_failure) {
            grading_.on_failure(result, run, verdict.event);
        }
    }

    Grading const& grading_;
    Names names_;
    Build build_;
    std::map<RunRequest, std::unique_ptr<RecordedRun>> runs_;
};

} // namespace

Report grade(Grading const& grading) {
    return Grader{grading}.report();
}

} // namespace ringside::labs
