// Random bytes as an executable: read, or refused in one line.
#include "core/elf_image.hpp"
#include "core/host_error.hpp"
#include "tests/fuzz/input.hpp"

#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

// A file in memory that is read by its path.
class MemoryFile {
public:
    MemoryFile(ringside::u8 const* bytes, std::size_t size)
        : descriptor_{memfd_create("program", 0)} {
        for (std::size_t written = 0; written < size;) {
            ssize_t const now = write(descriptor_, bytes + written, size - written);
            ringside::fuzz::must(now > 0, "a file in memory takes bytes");
            written += static_cast<std::size_t>(now);
        }
    }
    MemoryFile(MemoryFile const&) = delete;
    MemoryFile(MemoryFile&&) = delete;
    MemoryFile& operator=(MemoryFile const&) = delete;
    MemoryFile& operator=(MemoryFile&&) = delete;
    ~MemoryFile() { close(descriptor_); }
    [[nodiscard]] std::string path() const {
        return "/proc/self/fd/" + std::to_string(descriptor_);
    }

private:
    int descriptor_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(ringside::u8 const* bytes, std::size_t size) {
    MemoryFile const file{bytes, size};
    try {
        auto const image = ringside::read_elf(file.path());
        ringside::check_program(image, file.path());
    } catch (ringside::HostError const& error) {
        std::string const said{error.what()};
        ringside::fuzz::must(!said.empty() && said.find('\n') == std::string::npos,
                             "a refusal is one line");
    }
    return 0;
}
