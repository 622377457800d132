#include "core/vectors/witness.hpp"

namespace ringside::vectors {

void Witness::on_event(trace::Event&& event) {
    if (seen_fault_) {
        return;
    }
    if (auto const* const walk = std::get_if<trace::Walk>(&event.body)) {
        last_walk = *walk->walk;
    } else if (auto const* const fault = std::get_if<trace::Exception>(&event.body)) {
        seen_fault_ = true;
        reason = fault->rule == nullptr ? "refused by the processor core"
                                        : "refused by " + std::string{fault->rule->id};
    } else if (std::holds_alternative<trace::PageFault>(event.body)) {
        seen_fault_ = true;
        bool const is_walk = last_walk && !last_walk->outcome;
        Rule const* const rule = is_walk ? last_walk->outcome.error().rule : nullptr;
        reason = rule == nullptr ? "a page fault" : "refused by " + std::string{rule->id};
    }
}

void Witness::forget() {
    last_walk.reset();
    reason = "no rule refused";
    seen_fault_ = false;
}

} // namespace ringside::vectors
