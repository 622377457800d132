#pragma once
// What a test asks of a run. Checks read the events of the story and the state of the machine at
// their moments, never what the guest printed: a guest can print anything. Each kind is one
// function in checks/, named in the table of check.cpp.
#include "labs/recorded_run.hpp"

namespace ringside::labs {

// What a check found. A verdict that is not good says at which event one sees it, what was wanted
// and what was got.
struct Verdict {
    bool good = true;
    std::string expected;
    std::string got;
    u64 event = 0; // of the run; meaningful when not good
};

[[nodiscard]] inline Verdict bad(u64 event, std::string expected, std::string got) {
    return {.good = false, .expected = std::move(expected), .got = std::move(got), .event = event};
}

// A check's own fields, with the numbers of the variant.
class CheckFields {
public:
    CheckFields(CheckRequest const& request, Names const& names)
        : request_{request}
        , names_{names} {}

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::string text(std::string_view name) const; // HostError when it is missing
    [[nodiscard]] std::string text(std::string_view name, std::string const& otherwise) const;
    [[nodiscard]] u64 number(std::string_view name) const;
    [[nodiscard]] u64 number(std::string_view name, u64 otherwise) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
    [[nodiscard]] Names const& names() const { return names_; }
    [[noreturn]] void complain(std::string const& why) const;

private:
    CheckRequest const& request_;
    Names const& names_;
};

// What the student handed in besides code, for checks of answers: the folder with the lab's files.
struct Submission {
    std::filesystem::path folder;
};

[[nodiscard]] Verdict run_check(CheckRequest const& request, RecordedRun const& run,
                                Submission const& submission, Names const& names);

// The kinds, one function each.
[[nodiscard]] Verdict check_ends(CheckFields const& fields, RecordedRun const& run);
[[nodiscard]] Verdict check_events(CheckFields const& fields, RecordedRun const& run);
[[nodiscard]] Verdict check_order(CheckFields const& fields, RecordedRun const& run);
[[nodiscard]] Verdict check_flag_at_exits(CheckFields const& fields, RecordedRun const& run);
[[nodiscard]] Verdict check_budget(CheckFields const& fields, RecordedRun const& run);
[[nodiscard]] Verdict check_user_copy(CheckFields const& fields, RecordedRun const& run);
[[nodiscard]] Verdict check_answer(CheckFields const& fields, RecordedRun const& run,
                                   Submission const& submission);

// The call that a check is about: its `syscall` event and its result. Nothing if it was never made.
struct CallSpan {
    u64 call = 0;
    std::optional<u64> result; // none: it did not come back
};
[[nodiscard]] std::optional<CallSpan> find_call(RecordedRun const& run, u64 number,
                                                u64 occurrence = 1);

} // namespace ringside::labs
