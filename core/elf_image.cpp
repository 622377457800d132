#include "core/elf_image.hpp"

#include "core/host_error.hpp"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <fstream>

namespace ringside {

namespace {

constexpr u64 largest_file = u64{1} << 30U;
constexpr u64 user_end_32 = 0xc0000000;
constexpr u64 user_end_64 = u64{1} << 47U;
constexpr u64 page_bytes = 4096;

[[noreturn]] void refuse(std::filesystem::path const& file, std::string const& why) {
    throw HostError(fmt::format("{}: {}", file.string(), why));
}

} // namespace

std::vector<u8> read_file(std::filesystem::path const& file) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        refuse(file, "no such file");
    }
    if (!std::filesystem::is_regular_file(file, error)) {
        refuse(file, "not a regular file");
    }
    u64 const size = std::filesystem::file_size(file, error);
    if (error || size > largest_file) {
        refuse(file, "too large for a guest program");
    }
    std::ifstream stream{file, std::ios::binary};
    std::vector<u8> bytes(size);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (!stream) {
        refuse(file, "cannot be read");
    }
    return bytes;
}

namespace {

template <class T>
T at(std::vector<u8> const& bytes, u64 offset) {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

template <class Header, class ProgramHeader>
void read_headers(ElfImage& image, std::filesystem::path const& file, unsigned machine) {
    if (image.bytes.size() < sizeof(Header)) {
        refuse(file, "truncated: its ELF header is not complete");
    }
    auto const header = at<Header>(image.bytes, 0);
    if (header.e_machine != machine) {
        refuse(file, "made for another machine, not x86");
    }
    if (header.e_type == ET_DYN) {
        refuse(file, "dynamically linked or position independent; link it with -static -no-pie");
    }
    if (header.e_type != ET_EXEC) {
        refuse(file, "not an executable (an object file? link it first)");
    }
    u64 const table_end = u64{header.e_phoff} + u64{header.e_phnum} * sizeof(ProgramHeader);
    if (header.e_phentsize != sizeof(ProgramHeader) || header.e_phoff > image.bytes.size() ||
        table_end > image.bytes.size()) {
        refuse(file, "truncated: its program headers are not complete");
    }
    image.entry = header.e_entry;
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        auto const program =
            at<ProgramHeader>(image.bytes, header.e_phoff + u64{i} * sizeof(ProgramHeader));
        bool const is_interpreter = program.p_type == PT_INTERP;
        if (!is_interpreter && (program.p_type != PT_LOAD || program.p_memsz == 0)) {
            continue;
        }
        bool const in_file = program.p_offset <= image.bytes.size() &&
                             program.p_filesz <= image.bytes.size() - program.p_offset;
        if (!in_file) {
            refuse(file,
                   fmt::format("truncated: segment {} reaches beyond the end of the file", i));
        }
        if (is_interpreter) {
            auto const* const name =
                reinterpret_cast<char const*>(image.bytes.data() + program.p_offset);
            image.interpreter.assign(name, strnlen(name, program.p_filesz));
            continue;
        }
        if (program.p_filesz > program.p_memsz) {
            refuse(file, fmt::format("segment {} has more bytes in the file than in memory", i));
        }
        image.segments.push_back({.linear = program.p_vaddr,
                                  .physical = program.p_paddr,
                                  .offset = program.p_offset,
                                  .file_size = program.p_filesz,
                                  .memory_size = program.p_memsz,
                                  .executable = (program.p_flags & PF_X) != 0});
    }
    if (image.segments.empty()) {
        refuse(file, "has no segment to load");
    }
}

} // namespace

ElfImage read_elf(std::filesystem::path const& file) {
    ElfImage image;
    image.bytes = read_file(file);
    if (image.bytes.size() < EI_NIDENT || std::memcmp(image.bytes.data(), ELFMAG, SELFMAG) != 0) {
        refuse(file, "not an ELF file");
    }
    if (image.bytes[EI_DATA] != ELFDATA2LSB) {
        refuse(file, "made for another machine, not x86");
    }
    switch (image.bytes[EI_CLASS]) {
    case ELFCLASS32:
        read_headers<Elf32_Ehdr, Elf32_Phdr>(image, file, EM_386);
        break;
    case ELFCLASS64:
        image.is_64bit = true;
        read_headers<Elf64_Ehdr, Elf64_Phdr>(image, file, EM_X86_64);
        break;
    default:
        refuse(file, "neither a 32-bit nor a 64-bit ELF file");
    }
    return image;
}

void check_program(ElfImage const& image, std::filesystem::path const& file) {
    u64 const user_end = image.is_64bit ? user_end_64 : user_end_32;
    std::vector<ElfSegment> sorted = image.segments;
    std::ranges::sort(sorted, {}, &ElfSegment::linear);
    u64 previous_end = page_bytes; // page 0 is for null pointers
    bool entry_in_code = false;
    for (ElfSegment const& segment : sorted) {
        u64 const end = segment.linear + segment.memory_size;
        if (end < segment.linear || end > user_end) {
            refuse(file,
                   fmt::format("a segment at {:#x} lies outside user space (which ends at {:#x})",
                               segment.linear, user_end));
        }
        if (segment.linear < previous_end) {
            refuse(file, segment.linear < page_bytes
                             ? std::string{"a segment lies in page 0, which catches null pointers"}
                             : fmt::format("its segments overlap at {:#x}", segment.linear));
        }
        entry_in_code = entry_in_code ||
                        (segment.executable && image.entry >= segment.linear && image.entry < end);
        previous_end = end;
    }
    if (!entry_in_code) {
        refuse(file, fmt::format("its entry {:#x} is in no executable segment", image.entry));
    }
}

} // namespace ringside
