#include "ui/sheets/sheet.hpp"

#include <utility>

namespace ringside::sheets {

namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

} // namespace

std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for (char const byte : text) {
        count += continues(byte) ? 0U : 1U;
    }
    return count;
}

std::string fit(std::string_view text, std::size_t width) {
    if (columns(text) <= width) {
        return std::string{text};
    }
    std::string cut;
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!continues(text[at]) && ++count >= width) {
            break;
        }
        cut += text[at];
    }
    return width == 0 ? std::string{} : cut + "…";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    std::string line;
    while (!text.empty()) {
        std::size_t const blank = text.find(' ');
        std::string_view const word = text.substr(0, blank);
        text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
        if (!line.empty() && columns(line) + 1 + columns(word) > width) {
            lines.push_back(std::exchange(line, {}));
        }
        line += line.empty() ? "" : " ";
        line += fit(word, width);
    }
    if (!line.empty()) {
        lines.push_back(line);
    }
    return lines;
}

std::size_t Row::width() const {
    std::size_t sum = 0;
    for (Span const& span : spans) {
        sum += columns(span.text);
    }
    return sum;
}

Line& Line::put(std::string_view text, Role role, int tag) {
    if (text.empty()) {
        return *this;
    }
    column_ += columns(text);
    row_.spans.push_back({std::string{text}, role, tag, {}, Span::no_go});
    return *this;
}

Line& Line::tip(std::string_view words) {
    if (!row_.spans.empty()) {
        row_.spans.back().tip = words;
    }
    return *this;
}

Line& Line::go(u64 event) {
    if (!row_.spans.empty()) {
        row_.spans.back().go = event;
    }
    return *this;
}

Line& Line::at(std::size_t column) {
    std::size_t const least = column_ == 0 ? 0 : column_ + 1;
    std::size_t const target = column > least ? column : least;
    return put(std::string(target - column_, ' '));
}

Line& Line::right(std::string_view text, std::size_t width, Role role) {
    std::size_t const wide = columns(text);
    at(width > wide ? width - wide : 0);
    return put(text, role);
}

Row Line::done(RowKind kind) const {
    Row row = row_;
    row.kind = kind;
    return row;
}

} // namespace ringside::sheets
