#pragma once
// Reads files of golden cases: JSON Lines, plain or gzip, one case a line. Errors are host errors:
// `FILE: reason` for a file that cannot be read, `FILE:LINE: reason` for a line that is no case.
#include "core/vectors/vector_case.hpp"

#include <memory>
#include <string>

struct gzFile_s;

namespace ringside::vectors {

class VectorFile {
public:
    // Throws HostError if the file cannot be opened.
    explicit VectorFile(std::string const& path);

    // The next case, or nothing at the end of the file. Throws HostError for a malformed line, a
    // damaged or truncated gzip stream, and a file without any case.
    [[nodiscard]] std::optional<VectorCase> next();

private:
    struct Close {
        void operator()(gzFile_s* file) const;
    };

    bool read_line();
    [[noreturn]] void refuse_read() const;

    std::string path_;
    std::unique_ptr<gzFile_s, Close> file_;
    std::string line_;
    unsigned line_number_ = 0;
    bool any_ = false;
};

// One line as a case; `where` is "FILE:LINE". Throws HostError.
[[nodiscard]] VectorCase parse_case(std::string const& line, std::string const& where);

} // namespace ringside::vectors
