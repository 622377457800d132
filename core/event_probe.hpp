#pragma once
// Looks at a machine in the middle of a step: calls a function when one of the step's events is
// told.
#include "core/trace/event.hpp"

#include <exception>
#include <functional>

namespace ringside {

class EventProbe final : public trace::EventSink {
public:
    // `before`: events of the same step that come first.
    EventProbe(trace::Event const& wanted, u64 before, std::function<void()> const& look)
        : wanted_{wanted}
        , left_{before}
        , look_{look} {}

    // Errors wait until the engine has been left: nothing is thrown through its frames.
    void on_event(trace::Event&& event) override {
        if (left_-- != 0 || event.body.index() != wanted_.body.index()) {
            return;
        }
        has_looked_ = true;
        try {
            look_();
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    // False when the step did not come to the event.
    [[nodiscard]] bool has_looked() const { return has_looked_; }
    void rethrow() const {
        if (error_) {
            std::rethrow_exception(error_);
        }
    }

private:
    trace::Event const& wanted_;
    u64 left_;
    std::function<void()> const& look_;
    bool has_looked_ = false;
    std::exception_ptr error_;
};

} // namespace ringside
