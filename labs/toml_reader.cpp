#include "labs/toml_reader.hpp"

#include "core/host_error.hpp"

#include <cctype>
#include <fmt/format.h>
#include <toml++/toml.h>

namespace ringside::labs {

struct TomlTable::Node {
    std::filesystem::path file;
    std::shared_ptr<toml::table const> owner; // of the whole file
    toml::table const* table = nullptr;
};

namespace {

std::string scalar_text(toml::node const& node) {
    if (auto const* const text = node.as_string()) {
        return text->get();
    }
    if (auto const* const number = node.as_integer()) {
        return std::to_string(number->get());
    }
    if (auto const* const real = node.as_floating_point()) {
        return fmt::format("{}", real->get());
    }
    if (auto const* const truth = node.as_boolean()) {
        return truth->get() ? "true" : "false";
    }
    return {};
}

bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

TomlTable parse(std::filesystem::path const& file) {
    try {
        auto const owner = std::make_shared<toml::table const>(toml::parse_file(file.string()));
        return TomlTable{
            std::make_shared<TomlTable::Node const>(TomlTable::Node{file, owner, owner.get()})};
    } catch (toml::parse_error const& error) {
        throw HostError{fmt::format("{}:{}: {}", file.string(), error.source().begin.line,
                                    error.description())};
    }
}

} // namespace

void TomlTable::complain(std::string const& why) const {
    throw HostError{
        fmt::format("{}:{}: {}", node_->file.string(), node_->table->source().begin.line, why)};
}

bool TomlTable::has(std::string_view key) const {
    return node_->table->contains(key);
}

bool TomlTable::is_list(std::string_view key) const {
    return node_->table->get(key) != nullptr && node_->table->get(key)->is_array();
}

std::string TomlTable::text(std::string_view key) const {
    if (!has(key)) {
        complain(fmt::format("'{}' is missing", key));
    }
    return text(key, "");
}

std::string TomlTable::text(std::string_view key, std::string const& otherwise) const {
    toml::node const* const node = node_->table->get(key);
    return node == nullptr ? otherwise : scalar_text(*node);
}

u64 TomlTable::number(std::string_view key, u64 otherwise) const {
    toml::node const* const node = node_->table->get(key);
    if (node == nullptr) {
        return otherwise;
    }
    if (!node->is_integer()) {
        complain(fmt::format("'{}' must be a whole number", key));
    }
    return static_cast<u64>(node->as_integer()->get());
}

double TomlTable::real(std::string_view key, double otherwise) const {
    toml::node const* const node = node_->table->get(key);
    if (node == nullptr) {
        return otherwise;
    }
    auto const value = node->value<double>();
    if (!value) {
        complain(fmt::format("'{}' must be a number", key));
    }
    return *value;
}

std::vector<u64> TomlTable::numbers(std::string_view key) const {
    std::vector<u64> all;
    if (toml::array const* const list = node_->table->get_as<toml::array>(key)) {
        for (toml::node const& node : *list) {
            if (!node.is_integer()) {
                complain(fmt::format("'{}' must hold whole numbers", key));
            }
            all.push_back(static_cast<u64>(node.as_integer()->get()));
        }
    }
    return all;
}

std::vector<std::string> TomlTable::texts(std::string_view key) const {
    std::vector<std::string> all;
    if (toml::array const* const list = node_->table->get_as<toml::array>(key)) {
        for (toml::node const& node : *list) {
            all.push_back(scalar_text(node));
        }
    } else if (has(key)) {
        complain(fmt::format("'{}' must be a list", key));
    }
    return all;
}

std::map<std::string, std::string> TomlTable::texts_by_name(std::string_view key) const {
    std::map<std::string, std::string> all;
    if (toml::table const* const table = node_->table->get_as<toml::table>(key)) {
        for (auto const& [name, node] : *table) {
            all[std::string{name.str()}] = scalar_text(node);
        }
    }
    return all;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
    std::vector<TomlTable> all;
    if (toml::array const* const list = node_->table->get_as<toml::array>(key)) {
        for (toml::node const& node : *list) {
            if (!node.is_table()) {
                complain(fmt::format("'{}' must hold tables", key));
            }
            all.emplace_back(
                std::make_shared<Node const>(Node{node_->file, node_->owner, node.as_table()}));
        }
    }
    return all;
}

std::vector<std::pair<std::string, TomlTable>>
TomlTable::tables_by_name(std::string_view key) const {
    std::vector<std::pair<std::string, TomlTable>> all;
    if (toml::table const* const table = node_->table->get_as<toml::table>(key)) {
        for (auto const& [name, node] : *table) {
            if (!node.is_table()) {
                complain(fmt::format("'{}' must hold tables", key));
            }
            all.emplace_back(name.str(), TomlTable{std::make_shared<Node const>(
                                             Node{node_->file, node_->owner, node.as_table()})});
        }
    }
    return all;
}

std::map<std::string, Field> TomlTable::fields() const {
    std::map<std::string, Field> all;
    for (auto const& [name, node] : *node_->table) {
        std::string const key{name.str()};
        if (node.is_array()) {
            all[key] = texts(key);
        } else if (!node.is_table()) {
            all[key] = scalar_text(node);
        }
    }
    return all;
}

std::string TomlTable::fill_dollars(std::string_view text) const {
    std::string filled;
    while (!text.empty()) {
        if (text.front() != '$') {
            filled += text.front();
            text.remove_prefix(1);
            continue;
        }
        std::size_t end = 1;
        while (end < text.size() && is_name(text[end])) {
            ++end;
        }
        filled += this->text(text.substr(1, end - 1));
        text.remove_prefix(end);
    }
    return filled;
}

TomlFile::TomlFile(std::filesystem::path const& file)
    : root_{parse(file)} {}

} // namespace ringside::labs
