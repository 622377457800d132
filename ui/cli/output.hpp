#pragma once
// Where a command writes: standard output, or a file that is there whole or not at all (written
// beside its place, then renamed). Every failure is a HostError that names the file.
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <string_view>

namespace ringside::cli {

class Output {
public:
    // "" and "-": standard output. What is not a regular file (/dev/null, a pipe) is written to
    // directly.
    explicit Output(std::string const& path);
    Output(Output const&) = delete;
    Output(Output&&) = delete;
    Output& operator=(Output const&) = delete;
    Output& operator=(Output&&) = delete;
    ~Output(); // without `finish`, nothing is left behind

    [[nodiscard]] std::ostream& stream() { return *stream_; }
    void finish();

private:
    std::filesystem::path path_;      // empty: standard output
    std::filesystem::path temporary_; // empty: written directly
    std::ofstream file_;
    std::ostream* stream_ = nullptr;
};

// Bytes to standard output, complete or HostError.
void write_standard_output(std::string_view bytes);

// A whole input file; "-" is standard input. HostError when it cannot be read.
[[nodiscard]] std::string read_input(std::string const& path);

} // namespace ringside::cli
