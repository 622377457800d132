// Checks over the stream of events: how a run ended, how often something happened, in which order,
// at what price.
#include "core/trace/as.hpp"
#include "core/trace/json.hpp"
#include "core/x86/rflags.hpp"
#include "labs/check.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ringside::labs {

namespace {

// "page_fault err=0 cr2=arena+0x2000": a kind, and fields of the trace that must have these values.
class Pattern {
public:
    Pattern(CheckFields const& fields, std::string const& text)
        : text_{text} {
        std::size_t at = 0;
        while (at < text.size()) {
            std::size_t const end = std::min(text.find(' ', at), text.size());
            std::string const word = text.substr(at, end - at);
            at = end + 1;
            auto const equals = word.find('=');
            if (kind_.empty()) {
                kind_ = word;
            } else if (equals == std::string::npos) {
                fields.complain(fmt::format("'{}': write field=value", word));
            } else {
                wanted_.emplace_back(word.substr(0, equals), word.substr(equals + 1));
            }
        }
        for (auto& [name, value] : wanted_) {
            value = is_word(value) ? value : std::to_string(evaluate(value, fields.names()));
        }
    }

    [[nodiscard]] bool fits(RecordedRun const& run, u64 index) const {
        trace::Event const& event = run.events()[index];
        if (trace::kind_name(event) != kind_) {
            return false;
        }
        if (wanted_.empty()) {
            return true;
        }
        auto const line =
            nlohmann::json::parse(trace::json_line(index, run.outline().keys[index], event));
        for (auto const& [name, value] : wanted_) {
            if (!line.contains(name) || said(line[name]) != value) {
                return false;
            }
        }
        return true;
    }
    [[nodiscard]] std::string const& text() const { return text_; }

private:
    // true, false and names of the trace are compared as they are.
    static bool is_word(std::string const& value) {
        return value == "true" || value == "false" || value.starts_with('\'');
    }
    static std::string said(nlohmann::json const& value) {
        if (value.is_string()) {
            std::string const text = value.get<std::string>();
            return text.starts_with("0x") ? std::to_string(std::stoull(text, nullptr, 16))
                                          : "'" + text;
        }
        return value.dump();
    }

    std::string text_;
    std::string kind_;
    std::vector<std::pair<std::string, std::string>> wanted_;
};

// The stretch that a check looks at: one call, or everything.
struct Stretch {
    u64 first = 0;
    u64 last = 0; // exclusive
};
Stretch stretch_of(CheckFields const& fields, RecordedRun const& run) {
    if (!fields.has("call")) {
        return {0, run.events().size()};
    }
    auto const span = find_call(run, fields.number("call"), fields.number("occurrence", 1));
    if (!span) {
        return {run.events().size(), run.events().size()};
    }
    return {span->call, span->result ? *span->result + 1 : run.events().size()};
}

std::string ending(RunEnd const& end) {
    switch (end.kind) {
        using enum EndKind;
    case Exited:
        return (end.wait_status & 0x7fU) != 0
                   ? fmt::format("killed by signal {}", end.wait_status & 0x7fU)
                   : fmt::format("exit status {}", end.wait_status >> 8U & 0xffU);
    case BudgetSpent:
        return fmt::format("still running after {} instructions", end.insns);
    case Panic:
        return "the kernel panicked: " + end.reason;
    case Shutdown:
    case Halted:
        break;
    }
    return end.reason;
}

} // namespace

// status: of the program. An oops on the way is a failure even if the program lives.
Verdict check_ends(CheckFields const& fields, RecordedRun const& run) {
    std::string const wanted = fmt::format("exit status {}", fields.number("status", 0));
    for (u64 i = 0; i < run.events().size(); ++i) {
        auto const* const text = trace::as<trace::Text>(run.events()[i]);
        if (text != nullptr && text->kind == trace::TextKind::Oops) {
            return bad(i, wanted, "oops: " + text->text.substr(0, text->text.find('\n')));
        }
    }
    std::string const got = ending(run.end());
    return got == wanted ? Verdict{} : bad(run.events().size(), wanted, got);
}

// event, and how often: `count`, or `least` and `most`.
Verdict check_events(CheckFields const& fields, RecordedRun const& run) {
    Pattern const pattern{fields, fields.text("event")};
    auto const [first, last] = stretch_of(fields, run);
    u64 const least = fields.number("count", fields.number("least", 0));
    u64 const most = fields.number("count", fields.number("most", ~u64{0}));
    u64 count = 0;
    u64 latest = last;
    for (u64 i = first; i < last; ++i) {
        if (pattern.fits(run, i)) {
            ++count;
            latest = i;
        }
    }
    if (count >= least && count <= most) {
        return {};
    }
    std::string const times = least == most   ? std::to_string(least)
                              : count < least ? fmt::format("at least {}", least)
                                              : fmt::format("at most {}", most);
    return bad(latest, fmt::format("{} of '{}'", times, pattern.text()), std::to_string(count));
}

// `first` happens, and before every `then`.
Verdict check_order(CheckFields const& fields, RecordedRun const& run) {
    Pattern const before{fields, fields.text("first")};
    Pattern const after{fields, fields.text("then")};
    auto const [first, last] = stretch_of(fields, run);
    for (u64 i = first; i < last; ++i) {
        if (before.fits(run, i)) {
            return {};
        }
        if (after.fits(run, i)) {
            return bad(i, fmt::format("'{}' before '{}'", before.text(), after.text()),
                       fmt::format("'{}' came first", after.text()));
        }
    }
    return bad(last, fmt::format("'{}' happens", before.text()), "it did not");
}

// A flag of RFLAGS (`ac`) has its value (0) whenever the kernel goes back to ring 3.
Verdict check_flag_at_exits(CheckFields const& fields, RecordedRun const& run) {
    std::string const name = fields.text("flag");
    u64 const mask = name == "ac" ? rflags::AC : name == "if" ? rflags::IF : rflags::TF;
    if (name != "ac" && name != "if" && name != "tf") {
        fields.complain("flag is ac, if or tf");
    }
    bool const wanted = fields.number("value", 0) != 0;
    for (u64 i = 0; i < run.events().size(); ++i) {
        auto const* const transfer = trace::as<trace::Transfer>(run.events()[i]);
        if (transfer == nullptr || transfer->to.cpl != 3 || transfer->from.cpl == 3) {
            continue;
        }
        run.session().go_to_event(i);
        bool const is = (run.session().cpu().rflags & mask) != 0;
        if (is != wanted) {
            return bad(i, fmt::format("EFLAGS.{} is {} at every return to ring 3", name, +wanted),
                       fmt::format("it is {} here", +is));
        }
    }
    return {};
}

// insns: at most so many instructions in one call, or in the whole run.
Verdict check_budget(CheckFields const& fields, RecordedRun const& run) {
    auto const [first, last] = stretch_of(fields, run);
    u64 const most = fields.number("insns");
    u64 const from = first < run.events().size() ? run.events()[first].insn : 0;
    u64 const to = last < run.events().size() ? run.events()[last].insn : run.end().insns;
    if (to - from <= most) {
        return {};
    }
    return bad(last, fmt::format("at most {} instructions", most), std::to_string(to - from));
}

} // namespace ringside::labs
