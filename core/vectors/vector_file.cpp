#include "core/vectors/vector_file.hpp"

#include "core/host_error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <zlib.h>

namespace ringside::vectors {

namespace {

// Cases are some hundred bytes long: a longer line is no file of ours, and must not fill memory.
constexpr std::size_t longest_line = std::size_t{1} << 16U;

} // namespace

void VectorFile::Close::operator()(gzFile_s* file) const {
    gzclose(file);
}

VectorFile::VectorFile(std::string const& path)
    : path_{path}
    , file_{gzopen(path.c_str(), "rb")} {
    if (!file_) {
        throw HostError{path_ + ": " + (errno == 0 ? "cannot be opened" : std::strerror(errno))};
    }
}

void VectorFile::refuse_read() const {
    int code = Z_OK;
    char const* const message = gzerror(file_.get(), &code);
    if (code == Z_ERRNO) {
        throw HostError{path_ + ": " + std::strerror(errno)};
    }
    throw HostError{path_ + ":" + std::to_string(line_number_) + ": damaged gzip data (" +
                    (code == Z_BUF_ERROR ? "it ends too early" : message) + ")"};
}

// False at the end of the file. The line feed is not part of the line.
bool VectorFile::read_line() {
    line_.clear();
    ++line_number_;
    std::array<char, 4096> piece{};
    while (gzgets(file_.get(), piece.data(), static_cast<int>(piece.size())) != nullptr) {
        line_ += piece.data();
        if (line_.ends_with('\n')) {
            line_.pop_back();
            return true;
        }
        if (line_.size() > longest_line) {
            throw HostError{path_ + ":" + std::to_string(line_number_) + ": the line is too long"};
        }
    }
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END) {
        refuse_read();
    }
    return !line_.empty();
}

std::optional<VectorCase> VectorFile::next() {
    while (read_line()) {
        if (line_.empty()) {
            continue;
        }
        any_ = true;
        return parse_case(line_, path_ + ":" + std::to_string(line_number_));
    }
    if (!any_) {
        throw HostError{path_ + ": no case in it"};
    }
    return std::nullopt;
}

} // namespace ringside::vectors
