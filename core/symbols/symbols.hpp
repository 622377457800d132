#pragma once
// Names and source lines of one guest ELF file, 32- or 64-bit, read once into plain tables.
// Addresses are linear: an image that runs in segments with a base (`segmented`'s kernel) says so
// by an absolute symbol KERNEL_SEGMENT_BASE, which is added to the addresses it was linked at. No
// libdw type leaks out. A file that is not ELF, or whose debugging information is damaged, gives
// fewer answers and a `problem`, never a crash.
#include "core/x86/integers.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

struct Symbol {
    u64 address = 0;
    u64 size = 0;        // 0: to the next symbol, but not out of its section
    u64 section_end = 0; // the first address behind its section
    std::string name;
    bool function = false;
};

// One row of the line table: code from here to the next row belongs to this line. Line 0 means "no
// line".
struct LineRow {
    u64 address = 0;
    u32 file = 0; // index in the table of files
    u32 line = 0;
    bool statement = false;
    bool end = false; // the address is the first one behind a sequence
};

// A field of a C structure, by its debugging information.
struct Member {
    std::string name;
    u64 offset = 0;
};

struct CodePlace {
    std::string_view function; // empty: unknown
    u64 function_start = 0;
    u64 offset = 0;        // of the address in the function
    std::string_view file; // empty: unknown
    u32 line = 0;
    u64 line_start = 0; // first address of the row
};

class Symbols {
public:
    Symbols() = default;
    [[nodiscard]] static Symbols read(std::filesystem::path const& elf);

    [[nodiscard]] std::optional<CodePlace> at(u64 address) const;
    // "sys_write+0x12"; empty when unknown.
    [[nodiscard]] std::string name_of(u64 address) const;
    [[nodiscard]] std::optional<u64> address_of(std::string_view name) const;
    // How many bytes belong to the symbol at exactly this address: its own size, else up to the
    // next symbol or its section's end; 0 when there is none.
    [[nodiscard]] u64 size_of(u64 start) const;
    // Members of `struct NAME` in order; empty when the files do not describe it.
    [[nodiscard]] std::vector<Member> const& members_of(std::string_view structure) const;
    // Where a breakpoint at FILE:LINE goes; FILE may be the end of the path. Every function copy
    // has its own address.
    [[nodiscard]] std::vector<u64> addresses_of(std::string_view file, u32 line) const;

    [[nodiscard]] std::vector<Symbol> const& symbols() const { return symbols_; } // by address
    [[nodiscard]] std::vector<LineRow> const& lines() const { return lines_; }    // by address
    [[nodiscard]] std::vector<std::string> const& files() const { return files_; }
    [[nodiscard]] bool is_64_bit() const { return is_64_bit_; }
    [[nodiscard]] u64 entry() const { return entry_; }
    [[nodiscard]] std::string const& problem() const { return problem_; } // empty: all was read

private:
    friend class SymbolReader;
    std::vector<Symbol> symbols_;
    std::vector<LineRow> lines_;
    std::vector<std::string> files_;
    std::map<std::string, std::vector<Member>, std::less<>> structures_;
    std::string problem_;
    u64 entry_ = 0;
    bool is_64_bit_ = false;
};

} // namespace ringside
