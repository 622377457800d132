#pragma once
// A lab's files are TOML; this is what is asked of them. Every complaint is a HostError with the
// file, and the line where there is one. Only toml_reader.cpp knows the library.
#include "labs/lab.hpp"

#include <memory>

namespace ringside::labs {

class TomlTable {
public:
    // Opaque: the library's table and the file it came from.
    struct Node;
    explicit TomlTable(std::shared_ptr<Node const> node)
        : node_{std::move(node)} {}

    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] bool is_list(std::string_view key) const;
    [[nodiscard]] std::string text(std::string_view key) const; // must be there
    [[nodiscard]] std::string text(std::string_view key, std::string const& otherwise) const;
    [[nodiscard]] u64 number(std::string_view key, u64 otherwise) const;
    [[nodiscard]] double real(std::string_view key, double otherwise) const;
    [[nodiscard]] std::vector<u64> numbers(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] std::map<std::string, std::string> texts_by_name(std::string_view key) const;
    [[nodiscard]] std::vector<TomlTable> tables(std::string_view key) const;
    [[nodiscard]] std::vector<std::pair<std::string, TomlTable>>
    tables_by_name(std::string_view key) const;
    // All scalars and lists of this table as texts; numbers in decimal.
    [[nodiscard]] std::map<std::string, Field> fields() const;
    // "$name" becomes this table's field `name`.
    [[nodiscard]] std::string fill_dollars(std::string_view text) const;
    [[noreturn]] void complain(std::string const& why) const;

private:
    std::shared_ptr<Node const> node_;
};

class TomlFile {
public:
    explicit TomlFile(std::filesystem::path const& file);
    [[nodiscard]] TomlTable const& root() const { return root_; }

private:
    TomlTable root_;
};

} // namespace ringside::labs
