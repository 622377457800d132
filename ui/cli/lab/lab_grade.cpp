#include "ui/cli/lab/lab_grade.hpp"

#include "core/host_error.hpp"
#include "labs/student_folder.hpp"
#include "ui/cli/lab/lab_pictures.hpp"
#include "ui/cli/output.hpp"

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace ringside::cli {

namespace {

void write_file(std::filesystem::path const& file, std::string const& text) {
    Output output{file.string()};
    output.stream() << text;
    output.finish();
}

std::string file_text(std::filesystem::path const& file) {
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// In a child: the report, or what went wrong, to a file.
[[noreturn]] void grade_in_child(GradeRequest const& request, std::filesystem::path const& file) {
    int status = 1;
    try {
        write_file(file, labs::to_json(grade_folder(request)));
        status = 0;
    } catch (std::exception const& error) {
        try {
            write_file(file, error.what());
        } catch (HostError const&) {
            status = 2; // nowhere to say it
        }
    }
    ::_exit(status);
}

} // namespace

labs::Report grade_folder(GradeRequest const& request) {
    labs::StudentFolder const who = labs::read_student_folder(request.folder);
    labs::Lab const lab = find_lab(who.lab);
    std::string const student = request.student.empty() ? who.student : request.student;
    labs::Seed const seed = request.course_key.empty()
                                ? who.seed
                                : labs::Seed::of_student(request.course_key, lab.id, student);
    Scratch const scratch;
    std::optional<LabPictures> pictures;
    labs::OnFailure on_failure;
    if (!request.pictures.empty()) {
        pictures.emplace(lab, seed, request.pictures);
        on_failure = [&](labs::TestResult& result, labs::RecordedRun const& run, u64 event) {
            pictures->add(result, run, event);
        };
    }
    return labs::grade({.lab = lab,
                        .seed = seed,
                        .student = student,
                        .student_folder = request.folder,
                        .folder = request.folder,
                        .places = grading_places(lab, scratch.folder("build")),
                        .only_public = request.only_public,
                        .on_failure = on_failure});
}

std::vector<labs::Report> grade_folders(std::vector<GradeRequest> const& requests, unsigned jobs) {
    if (requests.size() == 1) {
        return {grade_folder(requests.front())};
    }
    Scratch const scratch;
    std::map<pid_t, std::size_t> running;
    std::vector<int> statuses(requests.size(), 2);
    std::size_t next = 0;
    auto const result_file = [&](std::size_t i) { return scratch.path() / std::to_string(i); };
    while (next < requests.size() || !running.empty()) {
        if (next < requests.size() && running.size() < std::max(jobs, 1U)) {
            pid_t const child = ::fork();
            if (child == 0) {
                grade_in_child(requests[next], result_file(next));
            }
            if (child < 0) {
                throw HostError{std::string{"cannot start a grader: "} + std::strerror(errno)};
            }
            running[child] = next++;
            continue;
        }
        int status = 0;
        pid_t const child = ::waitpid(-1, &status, 0);
        if (auto const found = running.find(child); found != running.end()) {
            statuses[found->second] = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
            running.erase(found);
        }
    }
    std::vector<labs::Report> reports;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        std::string const said = file_text(result_file(i));
        if (statuses[i] != 0) {
            throw HostError{"'" + requests[i].folder +
                            "': " + (said.empty() ? "its grader died" : said)};
        }
        reports.push_back(labs::report_from_json(said));
    }
    return reports;
}

} // namespace ringside::cli
