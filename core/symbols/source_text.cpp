#include "core/symbols/source_text.hpp"

#include <fstream>

namespace ringside {

namespace {

std::string tidy(std::string const& raw) {
    std::string text;
    for (char const letter : raw) {
        if (letter == '\t') {
            text.append(4 - text.size() % 4, ' ');
        } else if (letter != '\r') {
            text += letter;
        }
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::vector<std::string> read_lines(std::filesystem::path const& path) {
    std::vector<std::string> lines;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        return lines;
    }
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);) {
        lines.push_back(tidy(line));
    }
    return lines;
}

} // namespace

std::vector<std::string> const& SourceText::lines(std::string_view file) {
    auto const known = files_.find(file);
    if (known != files_.end()) {
        return known->second;
    }
    std::vector<std::string> found;
    std::filesystem::path const path{file};
    if (path.is_absolute()) {
        found = read_lines(path);
    }
    for (auto const& directory : directories_) {
        if (!found.empty()) {
            break;
        }
        found = read_lines(directory / path.relative_path());
    }
    return files_.emplace(std::string{file}, std::move(found)).first->second;
}

std::string_view SourceText::line(std::string_view file, u32 number) {
    auto const& text = lines(file);
    return number == 0 || number > text.size() ? std::string_view{} : text[number - 1];
}

} // namespace ringside
