// Symbols and lines against binutils, which read the same files with their own code.
#include "core/symbols/source_text.hpp"
#include "core/symbols/symbols.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <memory>
#include <sstream>

using namespace ringside;

namespace {

std::filesystem::path guest(char const* name) {
    return std::filesystem::path{RINGSIDE_BINARY_DIR} / "guest" / name;
}

std::string output_of(std::string const& command) {
    struct Close {
        void operator()(FILE* file) const { pclose(file); }
    };
    std::unique_ptr<FILE, Close> const pipe{popen(command.c_str(), "r")};
    std::string text;
    for (int letter = 0; pipe && (letter = std::fgetc(pipe.get())) != EOF;) {
        text += static_cast<char>(letter);
    }
    return text;
}

bool is_there(std::filesystem::path const& file) {
    if (std::filesystem::exists(file)) {
        return true;
    }
    MESSAGE("skipped: the guests are not built (", file.string(), ")");
    return false;
}

} // namespace

TEST_CASE("symbols: every function of the kernels is where nm says") {
    for (char const* name : {"kernel-3g1g.elf", "kernel-4g4g.elf", "pages"}) {
        if (!is_there(guest(name))) {
            return;
        }
        Symbols const symbols = Symbols::read(guest(name));
        CHECK(symbols.problem().empty());
        std::istringstream lines{output_of("nm --defined-only " + guest(name).string())};
        std::size_t compared = 0;
        std::string address;
        std::string type;
        std::string symbol;
        while (lines >> address >> type >> symbol) {
            if (type == "T") { // global: the name is there once
                INFO(symbol);
                REQUIRE(symbols.address_of(symbol));
                CHECK(*symbols.address_of(symbol) == std::stoull(address, nullptr, 16));
                ++compared;
            }
        }
        CHECK(compared > 3);
    }
}

TEST_CASE("symbols: file and line of every row's address are what addr2line says") {
    if (!is_there(guest("kernel-3g1g.elf"))) {
        return;
    }
    Symbols const symbols = Symbols::read(guest("kernel-3g1g.elf"));
    std::string command = "addr2line -e " + guest("kernel-3g1g.elf").string();
    std::vector<CodePlace> places;
    for (std::size_t at = 0; at < symbols.lines().size(); at += 7) {
        u64 const address = symbols.lines()[at].address;
        auto const place = symbols.at(address);
        if (place && place->line != 0) {
            std::ostringstream hex;
            hex << " 0x" << std::hex << address;
            command += hex.str();
            places.push_back(*place);
        }
    }
    CHECK(places.size() > 100);
    std::istringstream lines{output_of(command)};
    std::size_t answered = 0;
    std::size_t same = 0;
    std::string line;
    for (CodePlace const& place : places) {
        REQUIRE(std::getline(lines, line));
        if (line.ends_with(":?")) {
            continue; // binutils finds no line in some assembly, where the line table has one
        }
        ++answered;
        std::string const file = std::filesystem::path{place.file}.filename().string();
        bool const equal = line.find(file + ":" + std::to_string(place.line)) != std::string::npos;
        same += equal ? 1U : 0U;
    }
    CHECK(answered * 10 > places.size() * 9);
    CHECK(same == answered);
}

TEST_CASE("symbols: an image that runs in segments with a base has its names at linear addresses") {
    if (!is_there(guest("kernel-segmented.elf"))) {
        return;
    }
    Symbols const symbols = Symbols::read(guest("kernel-segmented.elf"));
    auto const start = symbols.address_of("_start");
    REQUIRE(start);
    CHECK((*start & 0xfff00000) == 0xc0100000);
    auto const place = symbols.at(symbols.address_of("sys_write").value_or(0));
    REQUIRE(place);
    CHECK(place->function == "sys_write");
    CHECK(place->file.ends_with("fs/read_write.c"));
    u64 const line = symbols.addresses_of("fs/read_write.c", place->line).front();
    CHECK((line & 0xfff00000) == 0xc0100000);
}

TEST_CASE("symbols: a symbol without a size does not reach out of its section") {
    if (!is_there(guest("dynamic"))) {
        return;
    }
    Symbols const symbols = Symbols::read(guest("dynamic"));
    auto const start = symbols.address_of("restore_rt"); // assembly
    REQUIRE(start);
    CHECK(symbols.name_of(*start) == "restore_rt");
    CHECK(symbols.name_of(*start + 2) == "restore_rt+0x2");
    CHECK(symbols.name_of(0x60001e29) == ""); // the interpreter's
    CHECK(symbols.size_of(*start) < 4096);
}

TEST_CASE("symbols: the members of struct regs are at the offsets that the entry code uses") {
    if (!is_there(guest("kernel-3g1g.elf"))) {
        return;
    }
    Symbols const symbols = Symbols::read(guest("kernel-3g1g.elf"));
    auto const& members = symbols.members_of("regs");
    REQUIRE(members.size() == 18);
    CHECK(members.front().name == "ebx");
    CHECK(members[6].name == "ax");
    CHECK(members[6].offset == 24);
    CHECK(members[13].name == "ip");
    CHECK(members[13].offset == 52);
}

TEST_CASE("symbols: what is no ELF file gives a problem and no answers") {
    Symbols const none = Symbols::read("/nonexistent");
    CHECK_FALSE(none.problem().empty());
    Symbols const text =
        Symbols::read(std::filesystem::path{RINGSIDE_SOURCE_DIR} / "CMakeLists.txt");
    CHECK_FALSE(text.problem().empty());
    CHECK_FALSE(text.at(0x1000));
    CHECK(text.addresses_of("x.c", 1).empty());
    SourceText sources{{RINGSIDE_SOURCE_DIR}};
    CHECK(sources.line("CMakeLists.txt", 1).starts_with("cmake_minimum_required"));
    CHECK(sources.line("CMakeLists.txt", 0).empty());
    CHECK(sources.line("CMakeLists.txt", 1000000).empty());
    CHECK(sources.line("no/such/file.c", 1).empty());
}
