// `ringside lab`: list, new, check, grade, show, selftest.
#include "core/host_error.hpp"
#include "core/view/cockpit.hpp"
#include "labs/kernel_builder.hpp"
#include "labs/selftest.hpp"
#include "labs/student_folder.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/guest_files.hpp"
#include "ui/cli/lab/lab_grade.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/subject.hpp"
#include "ui/text/text_of.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <memory>

namespace ringside::cli {

namespace {

constexpr int failed = 1;

struct LabOptions {
    std::string name;
    std::string folder;
    std::vector<std::string> folders;
    std::string student;
    std::string seed = "1";
    std::string key_file;
    unsigned jobs = 1;
    std::string json;
    std::string gradescope;
    bool autolab = false;
    std::string junit;
    std::string pictures;
    std::string test;
    std::string at = "end";
    std::string panel;
    unsigned seeds = 2;
};

// The course's secret, a file's first line.
std::string course_key(std::string const& file) {
    if (file.empty()) {
        return {};
    }
    std::string text = read_input(file);
    text.erase(std::min(text.find('\n'), text.size()));
    if (text.empty()) {
        throw HostError{"'" + file + "' holds no key: its first line is the course's secret"};
    }
    return text;
}

int list_labs() {
    std::string text;
    for (labs::Lab const& lab : all_labs()) {
        text +=
            fmt::format("{}\t{}\t{} points\n", lab.id, lab.title, labs::points_text(lab.points));
    }
    write_standard_output(text);
    return status::ok;
}

int new_folder(LabOptions const& options) {
    labs::Lab const lab = find_lab(options.name);
    std::string const key = course_key(options.key_file);
    labs::Seed const seed = options.student.empty()
                                ? labs::Seed::practice(options.seed)
                                : labs::Seed::of_student(key, lab.id, options.student);
    labs::make_student_folder(lab, {.lab = lab.id, .student = options.student, .seed = seed},
                              options.folder, guest_directory() / "kit");
    write_standard_output(
        fmt::format("{}: seed {}; read {}/handout.md, then `ringside lab check {}`\n", lab.title,
                    seed.tag(), options.folder, options.folder));
    return status::ok;
}

int check_folder(LabOptions const& options) {
    labs::Report const report = grade_folder({.folder = options.folder,
                                              .course_key = "",
                                              .student = "",
                                              .only_public = true,
                                              .pictures = options.pictures});
    write_standard_output(labs::to_text(report, true));
    bool const all = std::ranges::all_of(report.tests, [](labs::TestResult const& test) {
        return test.status == labs::TestStatus::Pass;
    });
    return all ? status::ok : failed;
}

void write_to(std::string const& file, std::string const& text) {
    if (!file.empty()) {
        Output output{file};
        output.stream() << text;
        output.finish();
    }
}

int grade_all(LabOptions const& options) {
    if (!options.gradescope.empty() && options.folders.size() > 1) {
        throw HostError{"--gradescope is for one folder: its result has one score"};
    }
    std::vector<GradeRequest> requests;
    for (std::string const& folder : options.folders) {
        std::string const pictures =
            options.pictures.empty() || options.folders.size() == 1
                ? options.pictures
                : options.pictures + "/" + std::filesystem::path{folder}.filename().string();
        requests.push_back({.folder = folder,
                            .course_key = course_key(options.key_file),
                            .student = options.student,
                            .only_public = false,
                            .pictures = pictures});
    }
    std::vector<labs::Report> const reports = grade_folders(requests, options.jobs);
    write_to(options.json, labs::to_json(reports));
    write_to(options.gradescope, labs::to_gradescope(reports.front()));
    write_to(options.junit, labs::to_junit(reports));
    std::string text;
    for (labs::Report const& report : reports) {
        text += options.autolab ? labs::to_autolab(report) : labs::to_text(report, false);
    }
    write_standard_output(text);
    return status::ok;
}

// The run of one test, at a moment: what a failed test's `look` line opens.
int show_test(LabOptions const& options) {
    labs::StudentFolder const who = labs::read_student_folder(options.folder);
    labs::Lab const lab = find_lab(who.lab);
    auto const test = std::ranges::find(lab.tests, options.test, &labs::Test::id);
    if (test == lab.tests.end() || !test->is_public) {
        throw HostError{"there is no public test '" + options.test + "' in " + lab.id};
    }
    Scratch const scratch;
    auto const places = grading_places(lab, scratch.folder("build"));
    labs::Names const names = labs::variant_of(lab, who.seed);
    labs::Build const build =
        labs::build_kernels(lab, names, options.folder, places.work, places.kits);
    if (!build.ok) {
        throw HostError{"it does not compile: " + build.messages};
    }
    labs::RecordedRun const run{
        test->run, {build.kernels.at(test->run.split), places.programs}, names, lab.max_insns};
    auto const recording = std::make_shared<Recording>(run.session().config(), lab.max_insns);
    view::Cockpit cockpit{make_subject(recording)};
    cockpit.go(recording->go_to(options.at));
    write_standard_output(text::text_of(cockpit, options.panel));
    return status::ok;
}

int selftest_labs(LabOptions const& options) {
    std::vector<labs::Lab> labs_to_test;
    if (options.name.empty()) {
        labs_to_test = all_labs();
    } else {
        labs_to_test.push_back(find_lab(options.name));
    }
    std::size_t bad = 0;
    std::vector<labs::Seed> seeds;
    for (unsigned i = 1; i <= options.seeds; ++i) {
        seeds.push_back(labs::Seed::practice(std::to_string(i)));
    }
    for (labs::Lab const& lab : labs_to_test) {
        Scratch const scratch;
        std::string text;
        for (labs::SelftestLine const& line :
             labs::selftest(lab, seeds, grading_places(lab, scratch.path()))) {
            text += fmt::format("{:<5} {:<32} {:>5}/{:<5} {}\n", line.good ? "ok" : "BAD",
                                lab.id + "/" + line.subject, labs::points_text(line.score),
                                labs::points_text(line.max), line.mistake);
            for (std::string const& complaint : line.complaints) {
                text += "      " + complaint + "\n";
            }
            bad += line.good ? 0U : 1U;
        }
        write_standard_output(text);
    }
    write_standard_output(bad == 0 ? "the grader grades\n"
                                   : fmt::format("{} lines are not as they should be\n", bad));
    return bad == 0 ? status::ok : failed;
}

using Act = int (*)(LabOptions const&);

Command add_part(Command& lab, std::shared_ptr<LabOptions> const& options, char const* name,
                 char const* help, Act act) {
    auto part = lab.add_command(name, help);
    part.action([options, act] { return act(*options); });
    return part;
}

} // namespace

void add_lab(Command& line) {
    auto lab = line.add_command("lab", "exercises in the guest kernel, with an autograder");
    lab.needs_a_command();
    lab.footer("Example: ringside lab new guard_the_door my-lab && ringside lab check my-lab");
    auto const options = std::make_shared<LabOptions>();
    add_part(lab, options, "list", "the labs: name, title, points",
             [](LabOptions const&) { return list_labs(); });

    auto part = add_part(lab, options, "new", "a folder to work in", new_folder);
    part.add_option("NAME", options->name, "of the lab").required();
    part.add_option("DIR", options->folder, "a new folder").required();
    part.add_option("--student", options->student, "whose; without it, a practice seed");
    part.add_option("--seed", options->seed, "practice with this seed").tells_default();
    part.add_option("--key", options->key_file, "a file with the course's secret");

    part = add_part(lab, options, "check", "the public tests; status 1 if one fails", check_folder);
    part.add_option("DIR", options->folder, "a lab's folder").required();
    part.add_option("--pictures", options->pictures, "a folder for two pictures of each failure");

    part = add_part(lab, options, "grade", "all tests, with results for machines", grade_all);
    part.add_option("DIR", options->folders, "labs' folders").required();
    part.add_option("--student", options->student, "whose, whatever the folder says");
    part.add_option("--key", options->key_file,
                    "a file with the course's secret: seeds are computed anew");
    part.add_option("--jobs", options->jobs, "at once").tells_default();
    part.add_option("--json", options->json, "the native result to this file");
    part.add_option("--gradescope", options->gradescope, "results.json to this file");
    part.add_flag("--autolab", options->autolab, "Autolab's line instead of text");
    part.add_option("--junit", options->junit, "JUnit's XML to this file");
    part.add_option("--pictures", options->pictures, "a folder for two pictures of each failure");

    part = add_part(lab, options, "show", "a public test's run at a moment, as text", show_test);
    part.add_option("DIR", options->folder, "a lab's folder").required();
    part.add_option("TEST", options->test, "the test's name").required();
    part.add_option("--at", options->at, "WHEN").tells_default();
    part.add_option("--panel", options->panel, "one panel only");

    part = add_part(lab, options, "selftest",
                    "does the grader grade? The solution, the skeleton and the wrong solutions",
                    selftest_labs);
    part.add_option("NAME", options->name, "one lab only");
    part.add_option("--seeds", options->seeds, "with so many seeds").tells_default();
}

} // namespace ringside::cli
