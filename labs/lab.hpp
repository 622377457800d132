#pragma once
// A lab as its folder describes it. `lab.toml` says what the student hands in, what a seed moves
// and which wrong solutions must lose what; `tests/public.toml` and `tests/hidden.toml` hold the
// tests.
//
//   lab.toml  handout.md  skeleton/  given/  tests/  solution/  mutants/  notes.md
//
// Everything that is wrong in these files is a HostError that names the file and the place.
#include "labs/expression.hpp"
#include "labs/seed.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ringside::labs {

// A number that a seed moves: one of `choices`, or `from + k * step` up to and with `to`.
struct Moved {
    std::string name;
    u64 from = 0;
    u64 to = 0;
    u64 step = 1;
    std::vector<u64> choices;
};

// One run of the machine that a test looks at. Texts may hold {expressions}. Equal runs are made
// once.
struct RunRequest {
    std::string split = "3g1g";
    std::string program;
    std::string arguments;
    std::string ram = "64M";
    std::map<std::string, std::string> features;
    auto operator<=>(RunRequest const&) const = default;
};

// One thing that must hold of a run: its kind (labs/checks) and the kind's own fields, as the
// author wrote them.
using Field = std::variant<std::string, std::vector<std::string>>;
struct CheckRequest {
    std::string kind;
    std::map<std::string, Field, std::less<>> fields;
};

struct Test {
    std::string id;    // "flat.A06"
    std::string title; // what must be true, a sentence
    double points = 0;
    std::vector<std::string> after; // ids that must have passed; else this one is not reached
    bool is_public = false;
    std::string why; // told when it fails: the idea, not the answer
    std::string sdm; // the manual's section, when there is one
    RunRequest run;
    std::vector<CheckRequest> checks;
};

// A wrong solution: what it gets wrong, and the tests that must notice.
struct Mutant {
    std::string file; // in mutants/
    std::string mistake;
    std::vector<std::string> loses; // ids, or groups "flat"; exactly these must not pass
};

struct Lab {
    std::string id; // the folder's name
    std::string title;
    std::filesystem::path folder;
    double points = 0;
    std::vector<std::string> files;           // that a student hands in, as in skeleton/
    std::vector<std::string> sources;         // of these, what is compiled into the kernel
    std::vector<std::string> splits;          // the kernels that are built with them
    std::vector<std::string> skeleton_passes; // the tests that the skeleton passes
    u64 max_insns = 0;                        // the budget of one run
    std::vector<Moved> moved;
    std::vector<Test> tests;
    std::vector<Mutant> mutants;
};

[[nodiscard]] Lab read_lab(std::filesystem::path const& folder);

// The names a seed gives their values.
[[nodiscard]] Names variant_of(Lab const& lab, Seed const& seed);

// Is `id` the test or group `name`, or in that group? "flat.A06" is in "flat".
[[nodiscard]] bool is_in_group(std::string_view id, std::string_view name);

} // namespace ringside::labs
