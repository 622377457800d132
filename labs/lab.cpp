#include "labs/lab.hpp"

#include "core/host_error.hpp"
#include "labs/toml_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::labs {

namespace {

Moved read_moved(std::string const& name, TomlTable const& table) {
    Moved moved{.name = name,
                .from = table.number("from", 0),
                .to = table.number("to", 0),
                .step = table.number("step", 1),
                .choices = table.numbers("choices")};
    if (moved.choices.empty() && (moved.step == 0 || moved.to < moved.from)) {
        table.complain("'" + name + "' wants choices, or from <= to and a step");
    }
    return moved;
}

// What a group's tests have in common; a single test is a group of one.
struct Template {
    TomlTable const& table;
    TomlTable const* row; // replaces "$name" by its field `name`

    [[nodiscard]] std::string text(std::string_view key, std::string const& otherwise) const {
        return filled(table.text(key, otherwise));
    }
    [[nodiscard]] std::string filled(std::string const& text) const {
        return row == nullptr ? text : row->fill_dollars(text);
    }
    // A field that is one "$name" is left out where the row has no such name.
    [[nodiscard]] bool lacks(Field const& field) const {
        auto const* const word = std::get_if<std::string>(&field);
        return word != nullptr && row != nullptr && word->starts_with('$') &&
               word->find_first_of(" +-*({") == std::string::npos && !row->has(word->substr(1));
    }
    [[nodiscard]] Field filled(Field const& field) const {
        auto const* const words = std::get_if<std::vector<std::string>>(&field);
        if (words == nullptr) {
            std::string const& word = std::get<std::string>(field);
            if (row != nullptr && word.starts_with('$') && row->is_list(word.substr(1))) {
                return row->texts(word.substr(1));
            }
            return filled(word);
        }
        std::vector<std::string> all;
        for (std::string const& word : *words) {
            all.push_back(filled(word));
        }
        return all;
    }
};

RunRequest read_run(Template const& from) {
    RunRequest run;
    run.split = from.text("split", run.split);
    run.program = from.text("program", "");
    run.arguments = from.text("arguments", "");
    run.ram = from.text("ram", run.ram);
    for (auto const& [name, word] : from.table.texts_by_name("features")) {
        run.features[name] = from.filled(word);
    }
    return run;
}

std::vector<CheckRequest> read_checks(Template const& from) {
    std::vector<CheckRequest> checks;
    for (TomlTable const& table : from.table.tables("check")) {
        CheckRequest check{.kind = table.text("kind"), .fields = {}};
        for (auto const& [name, field] : table.fields()) {
            if (name != "kind" && !from.lacks(field)) {
                check.fields[name] = from.filled(field);
            }
        }
        checks.push_back(std::move(check));
    }
    return checks;
}

Test read_test(Template const& from, std::string const& id, bool is_public) {
    Test test;
    test.id = id;
    test.title = from.text("title", "");
    test.after = from.table.texts("after");
    test.is_public = is_public;
    test.why = from.text("why", "");
    test.sdm = from.text("sdm", "");
    test.run = read_run(from);
    test.checks = read_checks(from);
    return test;
}

void read_group(TomlTable const& group, bool is_public, std::vector<Test>& tests) {
    std::string const name = group.text("id");
    std::vector<TomlTable> const rows = group.tables("rows");
    double own = 0; // of rows that say their points themselves
    std::size_t without = 0;
    for (TomlTable const& row : rows) {
        own += row.real("points", 0);
        without += row.has("points") ? 0U : 1U;
    }
    double const share =
        without == 0 ? 0 : (group.real("points", 0) - own) / static_cast<double>(without);
    for (TomlTable const& row : rows) {
        Test test = read_test({group, &row}, name + "." + row.text("id"), is_public);
        test.title = row.text("title", test.title);
        test.why = row.text("why", test.why);
        for (std::string const& needed : row.texts("after")) {
            test.after.push_back(needed);
        }
        test.points = row.real("points", share);
        tests.push_back(std::move(test));
    }
}

void read_tests(std::filesystem::path const& file, bool is_public, std::vector<Test>& tests) {
    TomlFile const parsed{file};
    for (TomlTable const& table : parsed.root().tables("test")) {
        Test test = read_test({table, nullptr}, table.text("id"), is_public);
        test.points = table.real("points", 0);
        tests.push_back(std::move(test));
    }
    for (TomlTable const& group : parsed.root().tables("group")) {
        read_group(group, is_public, tests);
    }
}

void check_names(Lab const& lab) {
    auto const known = [&](std::string const& name) {
        return std::ranges::any_of(lab.tests,
                                   [&](Test const& test) { return is_in_group(test.id, name); });
    };
    auto const require = [&](std::vector<std::string> const& names, std::string const& who) {
        for (std::string const& name : names) {
            if (name != "build" && !known(name)) {
                throw HostError{fmt::format("{}: {} names '{}', which is no test",
                                            lab.folder.string(), who, name)};
            }
        }
    };
    for (Test const& test : lab.tests) {
        require(test.after, test.id);
        bool const twice = std::ranges::count(lab.tests, test.id, &Test::id) > 1;
        if (twice || test.title.empty()) {
            throw HostError{fmt::format("{}: the test '{}' {}", lab.folder.string(), test.id,
                                        twice ? "is there twice" : "has no title")};
        }
    }
    for (Mutant const& mutant : lab.mutants) {
        require(mutant.loses, mutant.file);
    }
    require(lab.skeleton_passes, "the skeleton");
}

} // namespace

bool is_in_group(std::string_view id, std::string_view name) {
    return id == name || (id.starts_with(name) && id.substr(name.size()).starts_with('.'));
}

Lab read_lab(std::filesystem::path const& folder) {
    TomlFile const file{folder / "lab.toml"};
    TomlTable const& root = file.root();
    Lab lab;
    lab.folder = folder;
    lab.id = folder.filename().string();
    lab.title = root.text("title");
    lab.points = root.real("points", 0);
    lab.files = root.texts("files");
    lab.sources = root.texts("sources");
    lab.splits = root.texts("splits");
    lab.skeleton_passes = root.texts("skeleton_passes");
    lab.max_insns = root.number("max_insns", 20'000'000);
    for (auto const& [name, table] : root.tables_by_name("moved")) {
        lab.moved.push_back(read_moved(name, table));
    }
    for (TomlTable const& table : root.tables("mutant")) {
        lab.mutants.push_back({.file = table.text("file"),
                               .mistake = table.text("mistake"),
                               .loses = table.texts("loses")});
    }
    read_tests(folder / "tests" / "public.toml", true, lab.tests);
    // A student's copy has none.
    if (std::filesystem::exists(folder / "tests" / "hidden.toml")) {
        read_tests(folder / "tests" / "hidden.toml", false, lab.tests);
    }
    check_names(lab);
    return lab;
}

Names variant_of(Lab const& lab, Seed const& seed) {
    Names names;
    for (Moved const& moved : lab.moved) {
        bool const listed = !moved.choices.empty();
        u64 const count = listed ? moved.choices.size() : (moved.to - moved.from) / moved.step + 1;
        u64 const drawn = seed.draw(moved.name, count);
        names[moved.name] = listed ? moved.choices[drawn] : moved.from + drawn * moved.step;
    }
    return names;
}

} // namespace ringside::labs
