#pragma once
// What a machine tells on its way to the first exception: the last page walk, and the rule.
#include "core/trace/event.hpp"

#include <optional>
#include <string>

namespace ringside::vectors {

class Witness final : public trace::EventSink {
public:
    void on_event(trace::Event&& event) override;
    void forget();
    std::optional<mmu::PageWalk> last_walk;
    std::string reason = "no rule refused"; // by which rule the first exception came
private:
    bool seen_fault_ = false;
};

} // namespace ringside::vectors
