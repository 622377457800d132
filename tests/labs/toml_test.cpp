// A lab's files as they may be, and as they may not.
#include "core/host_error.hpp"
#include "labs/lab.hpp"
#include "tests/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

using namespace ringside;
namespace fs = std::filesystem;

namespace {

class LabFolder {
public:
    LabFolder() { fs::create_directories(path_ / "tests"); }

    labs::Lab read(std::string const& lab, std::string const& tests) {
        std::ofstream{path_ / "lab.toml"} << lab;
        std::ofstream{path_ / "tests" / "public.toml"} << tests;
        return labs::read_lab(path_);
    }
    std::string refusal(std::string const& lab, std::string const& tests) {
        try {
            static_cast<void>(read(lab, tests));
        } catch (HostError const& error) {
            return error.what();
        }
        return {};
    }

private:
    tests::TemporaryFolder folder_;
    fs::path path_ = folder_.path();
};

constexpr char const* good_lab = "title = \"T\"\npoints = 3\nfiles = [\"a.c\"]\n[moved]\n"
                                 "base = { from = 0x1000, to = 0x3000, step = 0x1000 }\n"
                                 "call = { choices = [7, 9] }\n";
constexpr char const* group = R"(
[[group]]
id = "g"
points = 3
program = "p"
arguments = "{$ptr} $word"
rows = [ { id = "a", title = "A", ptr = "base + 1", word = "x", faults = ["0 @ base"] },
         { id = "b", title = "B", ptr = "7", word = "y", points = 1, after = ["g.a"] } ]
[[group.check]]
kind = "user_copy"
ptr = "$ptr"
faults = "$faults"
)";

} // namespace

TEST_CASE("labs: a group's rows become tests that share its points") {
    LabFolder folder;
    labs::Lab const lab = folder.read(good_lab, group);
    REQUIRE(lab.tests.size() == 2);
    CHECK(lab.tests[0].id == "g.a");
    CHECK(lab.tests[0].points == doctest::Approx(2));
    CHECK(lab.tests[1].points == doctest::Approx(1));
    CHECK(lab.tests[0].run.arguments == "{base + 1} x");
    CHECK(lab.tests[1].after == std::vector<std::string>{"g.a"});
    auto const& fields = lab.tests[0].checks.at(0).fields;
    CHECK(std::get<std::string>(fields.at("ptr")) == "base + 1");
    CHECK(std::get<std::vector<std::string>>(fields.at("faults")) ==
          std::vector<std::string>{"0 @ base"});
    // Row b has no faults: the check does not ask for them.
    CHECK_FALSE(lab.tests[1].checks.at(0).fields.contains("faults"));
}

TEST_CASE("labs: a seed moves each number within what lab.toml allows") {
    LabFolder folder;
    labs::Lab const lab = folder.read(good_lab, group);
    bool seen[2] = {false, false};
    for (int i = 0; i < 64; ++i) {
        labs::Names const names = labs::variant_of(lab, labs::Seed::practice(std::to_string(i)));
        u64 const base = names.at("base");
        CHECK((base == 0x1000 || base == 0x2000 || base == 0x3000));
        u64 const call = names.at("call");
        CHECK((call == 7 || call == 9));
        seen[call == 9 ? 1 : 0] = true;
    }
    CHECK((seen[0] && seen[1]));
}

TEST_CASE("labs: a mistake in a lab's files is named with file and line") {
    LabFolder folder;
    CHECK(folder.refusal("title = \n", group).find("lab.toml:1") != std::string::npos);
    CHECK(folder.refusal("points = 1\n", group).find("'title' is missing") != std::string::npos);
    CHECK(folder.refusal("title = \"T\"\n[moved]\na = { from = 2, to = 1 }\n", group)
              .find("'a' wants") != std::string::npos);
    std::string const twice = std::string{group} + "[[test]]\nid = \"g.a\"\ntitle = \"again\"\n";
    CHECK(folder.refusal(good_lab, twice).find("is there twice") != std::string::npos);
    std::string const untitled = "[[test]]\nid = \"x\"\n";
    CHECK(folder.refusal(good_lab, untitled).find("has no title") != std::string::npos);
    std::string const nobody = "[[test]]\nid = \"x\"\ntitle = \"X\"\nafter = [\"nobody\"]\n";
    CHECK(folder.refusal(good_lab, nobody).find("names 'nobody'") != std::string::npos);
    std::string const wrong_row =
        "[[group]]\nid = \"g\"\narguments = \"$ptr\"\nrows = [ { id = \"a\", "
        "title = \"A\" } ]\n";
    CHECK(folder.refusal(good_lab, wrong_row).find("'ptr' is missing") != std::string::npos);
}
