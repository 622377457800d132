#include "labs/student_folder.hpp"

#include "core/host_error.hpp"

#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ringside::labs {

namespace fs = std::filesystem;

namespace {

void write(fs::path const& file, std::string const& text) {
    std::ofstream stream{file, std::ios::binary};
    stream << text;
    if (!stream.flush()) {
        throw HostError{fmt::format("cannot write '{}'", file.string())};
    }
}

std::string read(fs::path const& file) {
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
        throw HostError{fmt::format("cannot read '{}'", file.string())};
    }
    return text.str();
}

void copy_over(fs::path const& from, fs::path const& to) {
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
    if (error) {
        throw HostError{fmt::format("cannot copy '{}' to '{}': {}", from.string(), to.string(),
                                    error.message())};
    }
}

} // namespace

void make_student_folder(Lab const& lab, StudentFolder const& who, fs::path const& folder,
                         fs::path const& kits) {
    std::error_code error;
    if (fs::exists(folder) && !fs::is_empty(folder, error)) {
        throw HostError{
            fmt::format("'{}' is not empty: a lab begins in a folder of its own", folder.string())};
    }
    fs::create_directories(folder / "given", error);
    if (error) {
        throw HostError{fmt::format("cannot make '{}': {}", folder.string(), error.message())};
    }
    copy_over(lab.folder / "skeleton", folder);
    if (fs::is_directory(lab.folder / "given")) { // a lab without code has nothing to give
        copy_over(lab.folder / "given", folder / "given");
    }
    for (auto const& header : fs::directory_iterator{kits / "include", error}) {
        copy_over(header.path(), folder / "given" / header.path().filename());
    }
    Names const variant = variant_of(lab, who.seed);
    write(folder / "handout.md", fill_in(read(lab.folder / "handout.md"), variant));
    nlohmann::ordered_json const json{{"lab", lab.id},
                                      {"student", who.student},
                                      {"tag", who.seed.tag()},
                                      {"seed", who.seed.hexadecimal()}};
    write(folder / "lab.json", json.dump(1) + "\n");
}

StudentFolder read_student_folder(fs::path const& folder) {
    fs::path const file = folder / "lab.json";
    std::ifstream stream{file};
    if (!stream) {
        throw HostError{
            fmt::format("'{}' is no lab's folder: it has no lab.json; `ringside lab new "
                        "NAME DIR` makes one",
                        folder.string())};
    }
    auto const json = nlohmann::json::parse(stream, nullptr, false);
    auto const text = [&](char const* name) {
        if (!json.is_object() || !json.contains(name) || !json[name].is_string()) {
            throw HostError{fmt::format("'{}' is damaged: it has no \"{}\"", file.string(), name)};
        }
        return json[name].get<std::string>();
    };
    auto const seed = Seed::from_hexadecimal(text("seed"));
    if (!seed) {
        throw HostError{
            fmt::format("'{}' is damaged: its seed is not 64 hexadecimal digits", file.string())};
    }
    return {.lab = text("lab"), .student = text("student"), .seed = *seed};
}

} // namespace ringside::labs
