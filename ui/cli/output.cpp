#include "ui/cli/output.hpp"

#include "core/host_error.hpp"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <iterator>
#include <unistd.h>

namespace ringside::cli {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void cannot_write(fs::path const& path) {
    std::string const reason = errno != 0 ? std::strerror(errno) : "the writing failed";
    throw HostError{"cannot write '" + path.string() + "': " + reason +
                    "; choose a place that exists and that you may write to"};
}

} // namespace

Output::Output(std::string const& path) {
    stream_ = &std::cout;
    if (path.empty() || path == "-") {
        return;
    }
    path_ = path;
    std::error_code error;
    auto const status = fs::status(path_, error);
    if (fs::is_directory(status)) {
        throw HostError{"cannot write '" + path + "': it is a directory; name a file"};
    }
    bool const directly = fs::exists(status) && !fs::is_regular_file(status);
    fs::path target = path_;
    if (!directly) {
        // A link stays a link: what it points to is replaced.
        fs::path const real = fs::exists(status) ? fs::canonical(path_, error) : path_;
        path_ = error ? path_ : real;
        temporary_ = path_;
        temporary_ += "." + std::to_string(::getpid()) + ".part";
        target = temporary_;
    }
    errno = 0;
    file_.open(target, std::ios::binary | std::ios::trunc);
    if (!file_) {
        temporary_.clear();
        cannot_write(path_);
    }
    stream_ = &file_;
}

Output::~Output() {
    if (!temporary_.empty()) {
        file_.close();
        std::error_code ignored;
        fs::remove(temporary_, ignored);
    }
}

void Output::finish() {
    errno = 0;
    stream_->flush();
    if (path_.empty()) {
        if (!*stream_) {
            cannot_write("standard output");
        }
        return;
    }
    bool const written = static_cast<bool>(file_);
    file_.close();
    if (!written || !file_) {
        cannot_write(path_);
    }
    if (!temporary_.empty()) {
        std::error_code error;
        fs::rename(temporary_, path_, error);
        if (error) {
            errno = error.value();
            cannot_write(path_);
        }
        temporary_.clear();
    }
}

void write_standard_output(std::string_view bytes) {
    Output output{""};
    output.stream().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    output.finish();
}

std::string read_input(std::string const& path) {
    if (path == "-") {
        return {std::istreambuf_iterator<char>{std::cin}, {}};
    }
    std::error_code error;
    if (fs::is_directory(path, error)) {
        throw HostError{"cannot read '" + path + "': it is a directory; name a file"};
    }
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad()) {
        throw HostError{"cannot read '" + path +
                        "': " + (errno != 0 ? std::strerror(errno) : "the reading failed")};
    }
    return bytes;
}

} // namespace ringside::cli
