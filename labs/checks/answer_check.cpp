// A student's prediction against what the machine did. The right answer is a fact of this run,
// found by running: nowhere is there a list of answers.
#include "core/host_error.hpp"
#include "core/trace/as.hpp"
#include "labs/check.hpp"
#include "labs/toml_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::labs {

namespace {

// Where lab_peek puts what it reads: the first copy that one of them reported says so.
std::optional<u64> lab_buffer(RecordedRun const& run, u64 number) {
    auto const& events = run.events();
    bool inside = false;
    for (trace::Event const& event : events) {
        if (auto const* const call = trace::as<trace::Syscall>(event)) {
            inside = call->nr == number;
        }
        if (auto const* const copy = trace::as<trace::Copy>(event); copy != nullptr && inside) {
            return copy->kernel;
        }
    }
    return std::nullopt;
}

// What became of a lab_peek, in one word.
std::string peek_outcome(CheckFields const& fields, RecordedRun const& run) {
    auto const span = find_call(run, fields.number("call"), fields.number("occurrence", 1));
    if (!span) {
        return "never made";
    }
    if (!span->result) {
        return "oops";
    }
    i64 const left = trace::as<trace::SyscallRet>(run.events()[*span->result])->ret;
    if (left != 0) {
        return "efault";
    }
    u64 const pointer = trace::as<trace::Syscall>(run.events()[span->call])->args[0];
    u64 const n = fields.number("n", 8);
    auto const buffer = lab_buffer(run, fields.number("call"));
    if (!buffer) {
        fields.complain("no lab_peek of the run told where its buffer is");
    }
    std::vector<u8> const got = run.kernel_bytes(*span->result, *buffer, n);
    std::vector<u8> const meant = run.user_bytes(*span->result, pointer, n);
    std::string const text{got.begin(), got.end()};
    // No program may have a page from `limit` on; wherever the secret lies, it is none's.
    if (pointer >= fields.number("limit", ~u64{0}) ||
        text == fields.text("secret", "K-SECRET").substr(0, n)) {
        return "leak";
    }
    return got == meant ? "right" : "wrong";
}

std::string fact_of(CheckFields const& fields, RecordedRun const& run) {
    std::string const fact = fields.text("fact");
    if (fact == "peek") {
        return peek_outcome(fields, run);
    }
    if (fact == "count") { // of events of a kind
        std::string const kind = fields.text("event");
        return std::to_string(std::ranges::count_if(run.events(), [&](trace::Event const& event) {
            return trace::kind_name(event) == kind;
        }));
    }
    fields.complain("fact is peek or count");
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

} // namespace

Verdict check_answer(CheckFields const& fields, RecordedRun const& run,
                     Submission const& submission) {
    std::filesystem::path const file = submission.folder / fields.text("file", "answers.toml");
    std::string const table = fields.text("table");
    std::string const cell = fields.text("cell");
    std::string given;
    try {
        TomlFile const answers{file};
        given = answers.root().texts_by_name(table)[cell];
    } catch (HostError const& error) { // a student's file: its fault is a wrong answer
        return bad(0, "a file of answers", error.what());
    }
    std::string const fact = fact_of(fields, run);
    if (lower(given) == fact) {
        return {};
    }
    auto const span = find_call(run, fields.number("call", 0), fields.number("occurrence", 1));
    return bad(span ? span->call : 0, fact, given.empty() ? "no answer" : given);
}

} // namespace ringside::labs
