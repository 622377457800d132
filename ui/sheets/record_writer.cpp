#include "ui/sheets/record_writer.hpp"

#include "core/trace/error_code.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace ringside::sheets {

void RecordWriter::text(std::string_view name, std::string_view words, Role role, u8 spare) {
    std::size_t const room = width_ > record_indent ? width_ - record_indent : 1;
    for (std::string const& part : wrap(words, room)) {
        Line line;
        line.at(1).put(std::exchange(name, ""), Role::Heading).at(record_indent).put(part, role);
        sheet_.rows.push_back(line.spare(spare));
    }
}

RecordWriter::Step RecordWriter::next_line() {
    ++line_;
    return {micro_ != 0 && line_ > micro_, micro_ != 0 && line_ == micro_};
}

void RecordWriter::add(Row row, Step step) {
    row.kind = step.now ? RowKind::Now : RowKind::Plain;
    sheet_.rows.push_back(std::move(row));
    if (step.now) {
        sheet_.focus = static_cast<int>(sheet_.rows.size()) - 1;
    }
}

namespace {

std::string told(Check const& check) {
    return check.rule == nullptr ? std::string{"a check of the processor core"}
                                 : fmt::format("{} ({})", check.rule->sentence, check.rule->sdm);
}

} // namespace

// "ok 9 of 9"; they are in its tip.
void RecordWriter::checks_counted(std::span<Check const> list) {
    std::string tip;
    for (Check const& check : list) {
        next_line();
        tip += fmt::format("{}ok {}", tip.empty() ? "" : "\n", told(check));
    }
    Line line;
    line.at(1).put("checks", Role::Heading).at(record_indent).put("ok", Role::Passed);
    line.put(fmt::format(" {} of {}", list.size(), list.size())).tip(tip);
    sheet_.rows.push_back(line.done());
}

// "ok idt.limit", as many on a row as fit; what a rule says is in its tip.
void RecordWriter::checks_in_short(std::span<Check const> list) {
    Line line;
    line.at(1).put("checks", Role::Heading);
    std::size_t const column = 19;
    std::size_t at = record_indent;
    for (Check const& check : list) {
        next_line();
        std::string const words = check.rule == nullptr ? "core" : std::string{check.rule->id};
        if (at + 3 + columns(words) > width_ && at > record_indent) {
            sheet_.rows.push_back(std::exchange(line, Line{}).done());
            at = record_indent;
        }
        line.at(at).put(check.ok ? "ok " : "STOP ", check.ok ? Role::Passed : Role::Failed);
        line.put(words);
        if (check.rule != nullptr) {
            line.tip(told(check));
        }
        at += (columns(words) + 4 + column) / column * column;
    }
    sheet_.rows.push_back(line.done());
}

void RecordWriter::check(std::size_t number, Check const& check) {
    Step const step = next_line();
    std::string words = "a check of the processor core";
    std::string source;
    if (check.rule != nullptr) {
        words = check.rule->sentence;
        source = fmt::format("{} ({})", check.rule->id, check.rule->sdm);
    }
    char const* const verdict = step.later ? "..." : check.ok ? "ok" : "STOP";
    Role const role = step.later ? Role::Dim : check.ok ? Role::Passed : Role::Failed;
    bool first = true;
    for (std::string const& part :
         wrap(words, width_ > record_indent + 1 ? width_ - record_indent - 1 : 1)) {
        Line line;
        line.put(first && step.now ? ">" : " ", Role::Now);
        if (first) {
            line.put(fmt::format("{:>2}", number), Role::Dim).put(" ").put(verdict, role);
        }
        line.at(record_indent).put(part, step.later ? Role::Dim : Role::Normal).tip(source);
        add(line.done(), step);
        first = false;
    }
}

void RecordWriter::checks(std::span<Check const> list) {
    if (detail_ != Detail::Sentences && micro_ == 0 && list.size() > 1) {
        bool const held =
            std::all_of(list.begin(), list.end(), [](Check const& c) { return c.ok; });
        return held && detail_ == Detail::Count ? checks_counted(list) : checks_in_short(list);
    }
    std::size_t number = 0;
    for (Check const& each : list) {
        check(++number, each);
    }
}

void RecordWriter::refused(u8 vector, u32 error) {
    std::string words = fmt::format("!{}", exception_name(vector));
    if (vector < 32 && has_error_code(static_cast<ExceptionVector>(vector))) {
        words += fmt::format(" error {}: {}", trace::error_code_text(error),
                             selector_error_words(error));
    }
    text("raises", words, Role::Fault);
}

} // namespace ringside::sheets
