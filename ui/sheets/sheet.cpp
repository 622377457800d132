#include "ui/sheets/sheet.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

// Between the bytes before and at `at`: is a word whole there, or a part of a long name?
bool ends_part(std::string_view text, std::size_t at) {
    constexpr std::string_view joints = "_/,;:+([";
    return text[at] == ' ' || text[at - 1] == ' ' ||
           joints.find(text[at - 1]) != std::string_view::npos;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(' ') == std::string_view::npos;
}

// The longest beginning that ends with a whole word or part, and an ellipsis.
std::string shorten(std::string_view text, std::size_t width) {
    if (width == 0) {
        return {};
    }
    std::size_t good = 0;
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size() && count < width; ++at) {
        if (!continues(text[at])) {
            good = at > 0 && ends_part(text, at) ? at : good;
            ++count;
        }
    }
    std::string_view const kept = text.substr(0, good);
    std::size_t const last = kept.find_last_not_of(' ');
    bool const blank = last == std::string_view::npos;
    return std::string{blank ? kept.substr(0, 1) : kept.substr(0, last + 1)} + "…";
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
    return columns(text) <= width ? std::string{text} : shorten(text, width);
}

void fit(Row& row, std::size_t width) {
    if (row.width() <= width) {
        return;
    }
    while (!row.spans.empty() && is_blank(row.spans.back().text)) {
        row.spans.pop_back();
    }
    if (!row.spans.empty()) {
        std::string& last = row.spans.back().text;
        last.resize(last.find_last_not_of(' ') + 1);
    }
    if (row.width() <= width) {
        return;
    }
    std::size_t used = 0;
    std::size_t at = 0;
    while (used + columns(row.spans[at].text) < width) { // the ellipsis needs a column
        used += columns(row.spans[at++].text);
    }
    row.spans[at].text = shorten(row.spans[at].text, width - used);
    row.spans.resize(at + 1);
}

std::vector<Row> fold(Row const& row, std::size_t width, std::size_t indent) {
    std::vector<Row> rows{row};
    while (rows.back().width() > width) {
        Row& full = rows.back();
        // The last blank that has a whole word behind it and still fits.
        std::size_t cut_span = 0;
        std::size_t cut_byte = 0;
        std::size_t column = 0;
        for (std::size_t span = 0; span < full.spans.size() && column <= width; ++span) {
            std::string const& text = full.spans[span].text;
            for (std::size_t byte = 0; byte < text.size() && column <= width; ++byte) {
                if (text[byte] == ' ' && column > indent) {
                    cut_span = span;
                    cut_byte = byte;
                }
                column += continues(text[byte]) ? 0U : 1U;
            }
        }
        if (cut_span == 0 && cut_byte == 0) { // one word that is too long
            fit(full, width);
            break;
        }
        Row rest = full;
        rest.spans.erase(rest.spans.begin(),
                         rest.spans.begin() + static_cast<std::ptrdiff_t>(cut_span));
        rest.spans[0].text.erase(0, cut_byte + 1);
        rest.spans.insert(rest.spans.begin(),
                          {std::string(indent, ' '), Role::Normal, 0, {}, Span::no_go});
        full.spans.resize(cut_span + 1);
        full.spans.back().text.resize(cut_byte);
        rows.push_back(std::move(rest));
    }
    return rows;
}

void leave_out_spare_rows(Sheet& sheet, std::size_t height) {
    auto const high = [&] {
        float sum = 0;
        for (Row const& row : sheet.rows) {
            sum += is_joint(row) ? joint_height : 1.0F;
        }
        return sum;
    };
    std::size_t left_out = 0;
    while (high() > static_cast<float>(height)) {
        std::size_t worst = 0;
        u8 rank = 0;
        for (std::size_t at = 0; at < sheet.rows.size(); ++at) {
            if (sheet.rows[at].spare != 0 && sheet.rows[at].spare >= rank) {
                rank = sheet.rows[at].spare;
                worst = at;
            }
        }
        if (rank == 0) {
            break;
        }
        sheet.rows.erase(sheet.rows.begin() + static_cast<std::ptrdiff_t>(worst));
        sheet.focus -= sheet.focus > static_cast<int>(worst) ? 1 : 0;
        ++left_out;
    }
    if (left_out != 0) {
        sheet.note = fmt::format("{} more row{}", left_out, left_out == 1 ? "" : "s") +
                     (sheet.note.empty() ? "" : ", ") + sheet.note;
    }
}

bool is_joint(Row const& row) {
    return row.kind == RowKind::Gap &&
           std::all_of(row.spans.begin(), row.spans.end(), [](Span const& span) {
               return span.role == Role::Link || is_blank(span.text);
           });
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

Row Line::spare(u8 rank) const {
    Row row = row_;
    row.spare = rank;
    return row;
}

} // namespace ringside::sheets
