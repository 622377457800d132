#pragma once
// Asks the rules of one operation one after the other, notes each answer in the record, and keeps
// the first fault. A chain `check.require(..) && check.require(..)` is then the manual's list of
// checks, one a line, in its order.
#include "core/x86/asked.hpp"
#include "seg/records.hpp"
#include "seg/rules.hpp"

namespace ringside::seg {

class Checker {
public:
    // `external`: the event is not INT n, INT3 or INTO, so error codes carry EXT (SDM volume 3,
    // section 7.13).
    explicit Checker(CheckList& checks, bool external = false)
        : checks_{checks}
        , ext_{external ? 1U : 0U} {}

    bool require(Rule const& rule, bool condition, ExceptionVector vector, u32 error_code = 0,
                 CheckSite site = CheckSite::current()) {
        bool const holds = asked(condition, site);
        note(rule, holds);
        if (!holds) {
            fault_ = Fault{.vector = vector, .error_code = error_code | ext_, .rule = &rule};
        }
        return holds;
    }
    // Takes the value of a read that may have faulted in paging.
    template <class Value>
    bool take(Result<Value, Fault> const& result, Value& into) {
        if (!result) {
            fault_ = result.error();
            return false;
        }
        into = result.value();
        return true;
    }
    bool accept(Result<Done, Fault> const& result) {
        Done done;
        return take(result, done);
    }
    [[nodiscard]] Fault const& fault() const { return fault_; }

private:
    void note(Rule const& rule, bool holds) {
        if (!checks_.full()) {
            checks_.push_back(Check{.rule = &rule, .ok = holds});
        } else if (!holds) {
            checks_.back() = Check{.rule = &rule, .ok = false};
        }
    }

    CheckList& checks_;
    Fault fault_{};
    u32 ext_;
};

} // namespace ringside::seg
