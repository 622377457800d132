#include "ui/story/comparison_text.hpp"

#include "core/trace/as.hpp"
#include "core/trace/sentence.hpp"
#include "ui/story/merged_words.hpp"
#include "ui/story/story_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <ostream>
#include <span>

namespace ringside::story {

namespace {

using trace::AlignedRow;
using trace::Scene;
using trace::SceneKind;
using Rows = std::span<AlignedRow const>;
using Lines = std::vector<ToldLine>;

constexpr std::size_t fold_above = 4; // rows of one kind

// The scene that a row belongs to: the left run's, or the right run's where it stands alone.
Scene const& scene_of(Comparison const& comparison, AlignedRow const& row) {
    ToldRun const& run = row.left ? comparison.left.run : comparison.right.run;
    return run.outline.scenes[run.outline.scene_of[row.left ? *row.left : *row.right]];
}

// An event's sentence, indented by what it is part of, behind the mark of its ring.
std::string line_of(ToldRun const& run, u64 event) {
    unsigned const depth = run.outline.depth[event];
    return fmt::format("{} {:{}}{}", run.events[event].cpl == 3 ? 'o' : '#', "",
                       depth > 1 ? 2 * (depth - 1) : 0, trace::sentence_of(run.events[event]));
}

bool is_alike(Comparison const& comparison, AlignedRow const& row) {
    return row.left && row.right &&
           line_of(comparison.left.run, *row.left) == line_of(comparison.right.run, *row.right);
}

std::string number(std::optional<u64> const& event) {
    return event ? std::to_string(*event) : ".";
}

class Teller {
public:
    Teller(Lines& lines, Comparison const& comparison)
        : lines_{lines}
        , comparison_{comparison} {}

    void row(AlignedRow const& row) {
        if (!row.right) {
            line(LineKind::Left, number(row.left), ".", line_of(comparison_.left.run, *row.left));
        } else if (!row.left) {
            line(LineKind::Right, ".", number(row.right),
                 line_of(comparison_.right.run, *row.right));
        } else {
            pair(row);
        }
    }

    // Rows of one scene.
    void rows(Rows rows, Detail detail) {
        for (std::size_t i = 0; i < rows.size();) {
            Fold const fold = fold_of(rows[i]);
            std::size_t end = i + 1;
            while (fold != Fold::None && end < rows.size() && fold_of(rows[end]) == fold) {
                ++end;
            }
            if (detail == Detail::All || end - i <= fold_above) {
                end = i + 1;
                row(rows[i]);
            } else {
                folded(rows.subspan(i, end - i), fold);
            }
            i = end;
        }
    }

    // What a scene holds, without telling it.
    void counts(Rows rows) {
        auto const alone = [&](std::optional<u64> AlignedRow::*side) {
            return std::ranges::count_if(rows, [&](auto const& row) { return !(row.*side); });
        };
        auto const only_right = alone(&AlignedRow::left);
        auto const only_left = alone(&AlignedRow::right);
        line(LineKind::Folded, "", "",
             fmt::format("{} events in both, {} only under {}, {} only under {} (--all tells them)",
                         static_cast<std::ptrdiff_t>(rows.size()) - only_left - only_right,
                         only_left, comparison_.left.label, only_right, comparison_.right.label));
    }

private:
    enum class Fold : u8 { None, Alike, LeftWalks, RightWalks };

    // Of what kind of stretch is this row a part?
    [[nodiscard]] Fold fold_of(AlignedRow const& row) const {
        if (row.left && row.right) {
            return is_alike(comparison_, row) ? Fold::Alike : Fold::None;
        }
        bool const is_left = row.left.has_value();
        ToldRun const& run = is_left ? comparison_.left.run : comparison_.right.run;
        u64 const event = is_left ? *row.left : *row.right;
        bool const own = trace::as<trace::Walk>(run.events[event]) != nullptr &&
                         run.outline.keys[event].find("/kernel/") != std::string::npos;
        return !own ? Fold::None : is_left ? Fold::LeftWalks : Fold::RightWalks;
    }

    void folded(Rows rows, Fold fold) {
        if (fold == Fold::Alike) {
            row(rows.front());
            line(LineKind::Folded, "", "",
                 fmt::format("... {} more, alike in both", rows.size() - 2));
            row(rows.back());
            return;
        }
        bool const is_left = fold == Fold::LeftWalks;
        std::string const first = number(is_left ? rows.front().left : rows.front().right);
        line(is_left ? LineKind::Left : LineKind::Right, is_left ? first : ".",
             is_left ? "." : first,
             fmt::format("# {} page walks of the kernel for its own code and data", rows.size()));
    }

    void line(LineKind kind, std::string_view left, std::string_view right, std::string_view words,
              std::string_view mark = {}) {
        lines_.push_back({kind, fmt::format("{:>7}  {:>7}  {} {}", left, right,
                                            mark.empty() ? mark_of(kind) : mark, words)});
    }

    static std::string_view mark_of(LineKind kind) {
        switch (kind) {
        case LineKind::Alike:
            return "= ";
        case LineKind::Different:
            return "~ ";
        case LineKind::Left:
            return "< ";
        case LineKind::Right:
            return " >";
        case LineKind::Words:
        case LineKind::Heading:
        case LineKind::Folded:
            break;
        }
        return "  ";
    }

    void pair(AlignedRow const& row) {
        std::string const left = line_of(comparison_.left.run, *row.left);
        std::string const right = line_of(comparison_.right.run, *row.right);
        if (left == right) {
            line(LineKind::Alike, number(row.left), number(row.right), left);
        } else if (auto const merged = merged_words(left, right)) {
            line(LineKind::Different, number(row.left), number(row.right), *merged);
        } else {
            line(LineKind::Different, number(row.left), "", left);
            line(LineKind::Different, "", number(row.right), right, " ~");
        }
    }

    Lines& lines_;
    Comparison const& comparison_;
};

void put(Lines& lines, std::string text) {
    lines.push_back({LineKind::Words, std::move(text)});
}

void tell_costs(Lines& lines, Comparison const& comparison) {
    std::size_t const left = std::max<std::size_t>(12, comparison.left.label.size());
    std::size_t const right = std::max<std::size_t>(12, comparison.right.label.size());
    put(lines, fmt::format("{:>30}  {:>{}}  {:>{}}", "the whole run", comparison.left.label, left,
                           comparison.right.label, right));
    for (CostFigure const& figure : cost_figures()) {
        put(lines,
            fmt::format("{:>30}  {:>{}}  {:>{}}", figure.name, figure.of(comparison.left_cost),
                        left, figure.of(comparison.right_cost), right));
    }
}

// "write: CR3 writes 0|2, page faults 1|0"; empty when both cost the same.
std::string difference_of(ComparedCall const& call) {
    std::string words;
    for (CostFigure const& figure : cost_figures()) {
        u64 const left = figure.of(*call.left);
        u64 const right = figure.of(*call.right);
        if (left != right && figure.key != "events") {
            words += fmt::format("{}{} {}|{}", words.empty() ? "" : ", ", figure.name, left, right);
        }
    }
    return words;
}

// "only 3g1g: page walks 2, page faults 1": the other run's call has no round trip to set beside
// it.
std::string alone(std::string const& label, Cost const& cost) {
    std::string words;
    for (CostFigure const& figure : cost_figures()) {
        if (u64 const value = figure.of(cost); value != 0 && figure.key != "events") {
            words += fmt::format("{}{} {}", words.empty() ? "" : ", ", figure.name, value);
        }
    }
    return fmt::format("only {}: {}", label, words);
}

std::string words_of(ComparedCall const& call, Comparison const& comparison) {
    if (call.left && call.right) {
        std::string words = difference_of(call);
        return words.empty() ? "the same" : words;
    }
    if (call.left) {
        return alone(comparison.left.label, *call.left);
    }
    return call.right ? alone(comparison.right.label, *call.right) : "no round trip in either";
}

void tell_calls(Lines& lines, Comparison const& comparison) {
    put(lines, "");
    put(lines, fmt::format("each system call's round trip, {}|{}:", comparison.left.label,
                           comparison.right.label));
    for (ComparedCall const& call : comparison.calls) {
        put(lines,
            fmt::format("  {:<10} {:<12} {}", call.scene, call.name, words_of(call, comparison)));
    }
}

void tell_result(Lines& lines, Comparison const& comparison) {
    Side const& left = comparison.left;
    Side const& right = comparison.right;
    if (same_to_the_user(comparison)) {
        put(lines, fmt::format("both print the same {} bytes and {}", left.console.size(),
                               left.run.end.kind == EndKind::Exited
                                   ? "end alike: " + end_text(left.run.end)
                                   : end_text(left.run.end)));
        return;
    }
    put(lines,
        fmt::format("{}; {}: {}; {}: {}",
                    left.console == right.console ? "both print the same"
                                                  : "they print different things",
                    left.label, end_text(left.run.end), right.label, end_text(right.run.end)));
}

void tell_stories(Lines& lines, Comparison const& comparison, Detail detail) {
    put(lines, "");
    put(lines, fmt::format("the two stories, aligned by event key: = alike in both, ~ in both with "
                           "{{left|right}}, < only {}, > only {}",
                           comparison.left.label, comparison.right.label));
    Teller teller{lines, comparison};
    Rows const rows{comparison.rows};
    for (std::size_t begin = 0; begin < rows.size();) {
        Scene const& scene = scene_of(comparison, rows[begin]);
        std::size_t end = begin;
        while (end < rows.size() && scene_of(comparison, rows[end]).key == scene.key) {
            ++end;
        }
        ToldRun const& run = rows[begin].left ? comparison.left.run : comparison.right.run;
        lines.push_back({LineKind::Heading, heading(run, scene)});
        Rows const part = rows.subspan(begin, end - begin);
        if (detail == Detail::Folded && scene.kind == SceneKind::Boot) {
            teller.counts(part);
        } else {
            teller.rows(part, detail);
        }
        begin = end;
    }
}

} // namespace

std::vector<ToldLine> told_lines(Comparison const& comparison, Detail detail) {
    Lines lines;
    put(lines, fmt::format("{} under {} (left) and {} (right)", comparison.left.run.program,
                           comparison.left.label, comparison.right.label));
    tell_result(lines, comparison);
    put(lines, "");
    tell_costs(lines, comparison);
    tell_calls(lines, comparison);
    tell_stories(lines, comparison, detail);
    return lines;
}

void tell(std::ostream& out, Comparison const& comparison, Detail detail) {
    for (ToldLine const& line : told_lines(comparison, detail)) {
        out << line.text << '\n';
    }
}

} // namespace ringside::story
