// The golden paging cases (a sample of 200 a kind lies in tests/data/vectors), and what the reader
// says about files that are none.
#include "core/host_error.hpp"
#include "core/vectors/paging_vectors.hpp"
#include "core/vectors/replay.hpp"
#include "core/vectors/vector_file.hpp"
#include "tests/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <zlib.h>

namespace ringside::vectors {

namespace {

std::string sample(std::string const& kind) {
    return std::string{RINGSIDE_SOURCE_DIR} + "/tests/data/vectors/" + kind + ".jsonl.gz";
}

std::string inflated(std::string const& path) {
    gzFile const file = gzopen(path.c_str(), "rb");
    std::string all;
    std::array<char, 4096> piece{};
    for (int got = gzread(file, piece.data(), 4096); got > 0;
         got = gzread(file, piece.data(), 4096)) {
        all.append(piece.data(), static_cast<std::size_t>(got));
    }
    gzclose(file);
    return all;
}

// A file that lives as long as the test.
class TemporaryFile {
public:
    TemporaryFile(std::string const& name, std::string const& content)
        : path_{folder_.path() / name} {
        std::ofstream{path_, std::ios::binary} << content;
    }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    tests::TemporaryFolder folder_;
    std::filesystem::path path_;
};

Summary replay_one(std::string const& path) {
    std::vector<std::string> const paths{path};
    return replay_files(paths);
}

std::string refusal(std::string const& path) {
    try {
        static_cast<void>(replay_one(path));
    } catch (HostError const& error) {
        return error.what();
    }
    return "accepted";
}

VectorCase first_case(std::string const& kind) {
    return VectorFile{sample(kind)}.next().value();
}

std::string refused_line(std::string const& line) {
    try {
        static_cast<void>(parse_case(line, "f:7"));
    } catch (HostError const& error) {
        return error.what();
    }
    return "accepted";
}

// The first case of p32 with one piece of its line replaced.
std::string edited(std::string const& piece, std::string const& by) {
    std::string line = inflated(sample("p32"));
    line.resize(line.find('\n'));
    std::size_t const place = line.find(piece);
    REQUIRE(place != std::string::npos);
    return line.replace(place, piece.size(), by);
}

} // namespace

TEST_CASE("vectors: every sampled paging case agrees with the processor") {
    for (std::string const kind : {"p32", "pae", "p64"}) {
        Summary const summary = replay_one(sample(kind));
        CHECK(text(summary) == kind + " 200/200\n");
        CHECK(summary.all_equal());
    }
}

TEST_CASE("vectors: a plain file reads as its gzip does") {
    TemporaryFile const plain{"plain.jsonl", inflated(sample("pae"))};
    CHECK(text(replay_one(plain.path())) == "pae 200/200\n");
}

TEST_CASE("vectors: several files add up, one line a kind in order of appearance") {
    std::vector<std::string> const paths{sample("p64"), sample("p32"), sample("p64")};
    CHECK(text(replay_files(paths)) == "p64 400/400\np32 200/200\n");
}

TEST_CASE("vectors: a case that differs is counted, and the first five are shown in full") {
    std::string lines;
    std::string const all = inflated(sample("p32"));
    for (std::size_t start = 0; start < all.size();) {
        std::size_t const end = all.find('\n', start);
        std::string line = all.substr(start, end - start);
        std::size_t const error = line.find("\"err\":\"0x");
        if (error != std::string::npos) {
            line.replace(error + 9, 1, "4"); // no fault has reserved error-code bit 6
        }
        lines += line + "\n";
        start = end + 1;
    }
    TemporaryFile const wrong{"wrong.jsonl", lines};
    Summary const summary = replay_one(wrong.path());
    REQUIRE(summary.kinds.size() == 1);
    CHECK_FALSE(summary.all_equal());
    CHECK(summary.kinds[0].total == 200);
    CHECK(summary.kinds[0].equal < 195);
    REQUIRE(summary.kinds[0].differences.size() == 5);
    CHECK(summary.kinds[0].differences[0].find("error code: processor 0x4") != std::string::npos);
    CHECK(summary.kinds[0].differences[0].find("refused by paging.") != std::string::npos);
}

TEST_CASE("vectors: the verdict names what differs first") {
    auto const difference = [](auto change) {
        VectorFile file{sample("p32")};
        std::optional<VectorCase> given;
        do {
            given = file.next();
        } while (given && !(given->out.ok && given->acc == "w"));
        change(*given);
        Verdict const verdict = replay_paging(*given);
        return verdict.difference ? verdict.difference->what : "none";
    };
    CHECK(difference([](VectorCase&) {}) == "none");
    CHECK(difference([](VectorCase& given) { given.out.hit = *given.out.hit + 4; }) == "hit");
    CHECK(difference([](VectorCase& given) { given.out.ok = false; }) == "outcome");
    CHECK(difference([](VectorCase& given) {
              given.out.after.back().value ^= 1;
          }).starts_with("memory at 0x"));
    CHECK(difference([](VectorCase& given) {
              given.out.after.pop_back();
          }).starts_with("memory at 0x"));
    CHECK(difference([](VectorCase& given) {
              given.out.after.push_back({.address = PhysicalAddress{0x3000000}, .value = 1});
          }) == "memory at 0x3000000 afterwards");
}

TEST_CASE("vectors: the reader keeps every member of a case") {
    VectorCase const read = parse_case(
        R"({"i":9,"kind":"seg","acc":"w4","cpl":3,"seg":"ES","sel":"0x83","off":"0x10001",)"
        R"("cr0":"0x80010011","cr3":"0x1000000","cr4":"0x0","efer":"0x800","efl":"0x2",)"
        R"("rdi":"0x10001","rbx":"0x83","gdtlim":"0x8f","ldt":["0x9000","0x2f"],"code":"0f02cb",)"
        R"("mem":[["desc","0x2080","0x30b0f6af89ee0ffe"]],"out":{"ok":false,"phase":1,"vec":13,)"
        R"("err":"0x2c","ip":"0x400014","cs":"0x1b","lar":"0xb0f600","lsl":"0xffefff","verr":1,)"
        R"("verw":0,"after":[["0x2080","0x30b0f7af89ee0ffe"]]}})",
        "here:1");
    CHECK(read.index == 9);
    CHECK(read.segment_register == "ES");
    CHECK(read.selector == u16{0x83});
    CHECK(read.offset == u64{0x10001});
    CHECK(read.ldt.value().base == 0x9000);
    CHECK(read.ldt.value().limit == 0x2f);
    CHECK(read.code == std::vector<u8>{0x0f, 0x02, 0xcb});
    CHECK(read.memory.at(0).value == 0x30b0f6af89ee0ffe);
    CHECK(read.memory.at(0).role == "desc");
    CHECK(read.out.vector == 13);
    CHECK(read.out.error_code == 0x2c);
    CHECK(read.out.lar == u64{0xb0f600});
    CHECK(read.out.verr == true);
    CHECK(read.out.verw == false);
    CHECK(read.out.after.at(0).address == PhysicalAddress{0x2080});
    CHECK_FALSE(first_case("p32").ldt.has_value());
}

TEST_CASE("vectors: a malformed line is refused with its place and what is wrong") {
    CHECK(refused_line("") == "f:7: not JSON");
    CHECK(refused_line("{\"i\":1") == "f:7: not JSON");
    CHECK(refused_line("[1]") == "f:7: the case is not an object");
    CHECK(refused_line("{}") == "f:7: the case has no \"i\"");
    CHECK(refused_line(edited("\"i\":", "\"i\":-")) == "f:7: the case.i is not a decimal number");
    CHECK(refused_line(edited("p32", "p23")).starts_with("f:7: the case.kind is not one of"));
    CHECK(refused_line(edited("\"cpl\":", "\"cpl\":4")).starts_with("f:7: the case.cpl is"));
    CHECK(refused_line(edited("\"cr3\":\"0x", "\"cr3\":\"")) ==
          "f:7: the case.cr3 is not a hex string of at most 64 bits");
    CHECK(refused_line(edited("\"cr3\":\"0x", "\"cr3\":\"0x11112222333344445")) ==
          "f:7: the case.cr3 is not a hex string of at most 64 bits");
    CHECK(refused_line(edited("\"maxphys\":40", "\"maxphys\":53")) ==
          "f:7: the case.maxphys is not from 32 to 52");
    CHECK(refused_line(edited("\"code\":\"", "\"code\":\"0")) ==
          "f:7: the case.code is not a list of bytes");
    CHECK(refused_line(edited("\"mem\":[[", "\"mem\":[[3,")).starts_with("f:7: the case.mem has"));
    CHECK(refused_line(edited("\"ok\":", "\"ok\":1")).starts_with("f:7: "));
    CHECK(refused_line(edited("\"cr2\":", "\"cr3\":")) == "f:7: the case.out has no \"cr2\"");
    CHECK(refused_line(edited("\"out\":", "\"in\":")) == "f:7: the case has no \"out\"");
}

TEST_CASE("vectors: a file that cannot be read is refused in one line") {
    CHECK(refusal("/no/such/file") == "/no/such/file: No such file or directory");
    CHECK(refusal(RINGSIDE_SOURCE_DIR) == std::string{RINGSIDE_SOURCE_DIR} + ": Is a directory");
    TemporaryFile const empty{"empty", ""};
    CHECK(refusal(empty.path()) == empty.path() + ": no case in it");
    TemporaryFile const endless{"endless", std::string(100'000, 'x')};
    CHECK(refusal(endless.path()) == endless.path() + ":1: the line is too long");

    std::ifstream whole{sample("p32"), std::ios::binary};
    std::string gzip{std::istreambuf_iterator<char>{whole}, {}};
    TemporaryFile const cut{"cut.gz", gzip.substr(0, gzip.size() / 2)};
    CHECK(refusal(cut.path()).find("damaged gzip data") != std::string::npos);
    gzip[gzip.size() / 2] = static_cast<char>(~gzip[gzip.size() / 2]);
    TemporaryFile const flipped{"flipped.gz", gzip};
    CHECK(refusal(flipped.path()).starts_with(flipped.path() + ":"));
}

TEST_CASE("vectors: any cut of a case is refused and never crashes") {
    std::string const line = edited("p32", "p32");
    for (std::size_t size = 0; size < line.size(); ++size) {
        CHECK_THROWS_AS(static_cast<void>(parse_case(line.substr(0, size), "f:7")), HostError);
    }
}

TEST_CASE("vectors: a damaged case is refused or judged, never a crash") {
    std::mt19937 random{1};
    unsigned judged = 0;
    unsigned refused = 0;
    for (std::string const kind : {"p32", "pae", "p64"}) {
        std::istringstream lines{inflated(sample(kind))};
        for (std::string line; std::getline(lines, line);) {
            for (unsigned changes = 0; changes < 30; ++changes) {
                constexpr std::string_view likely = "0123456789abcdefrwxim\",:[]{}-";
                std::string damaged = line;
                damaged[random() % damaged.size()] = likely[random() % likely.size()];
                try {
                    static_cast<void>(replay_paging(parse_case(damaged, "f:7")));
                    ++judged;
                } catch (HostError const&) {
                    ++refused;
                }
            }
        }
    }
    CHECK(judged + refused == 3 * 200 * 30);
    CHECK(judged > 1000);
    CHECK(refused > 1000);
}

} // namespace ringside::vectors
