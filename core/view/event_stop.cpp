#include "core/view/event_stop.hpp"

#include "core/trace/names.hpp"
#include "core/trace/sentence.hpp"

#include <fmt/format.h>

namespace ringside::view {

Result<EventStop, std::string> EventStop::parse(std::string_view text) {
    EventStop stop;
    stop.text_ = std::string{text};
    std::size_t const blank = text.find(' ');
    stop.kind_ = std::string{text.substr(0, blank)};
    if (blank != std::string_view::npos) {
        stop.call_ = std::string{text.substr(text.find_first_not_of(' ', blank))};
    }
    bool const known = stop.kind_ == "fault" || stop.kind_ == "cr3" || stop.kind_ == "bad" ||
                       trace::is_kind(stop.kind_);
    if (!known) {
        std::string names = "fault, cr3, bad";
        for (std::string_view const kind : trace::kinds()) {
            names += fmt::format(", {}", kind);
        }
        return fmt::format("stop: no kind of event '{}': there are {}", stop.kind_, names);
    }
    if (!stop.call_.empty() && stop.kind_ != "syscall") {
        return fmt::format("stop: only 'syscall' takes a name; '{}' is too much", stop.call_);
    }
    return stop;
}

bool EventStop::holds(trace::Event const& event) const {
    if (kind_ == "fault") {
        return std::holds_alternative<trace::PageFault>(event.body) ||
               std::holds_alternative<trace::Exception>(event.body);
    }
    if (kind_ == "cr3") {
        auto const* write = std::get_if<trace::CrWrite>(&event.body);
        return write != nullptr && write->cr == 3;
    }
    if (kind_ == "bad") {
        return trace::is_bad(event);
    }
    if (trace::kind_name(event) != kind_) {
        return false;
    }
    auto const* call = std::get_if<trace::Syscall>(&event.body);
    return call_.empty() ||
           (call != nullptr && (call->name == call_ || fmt::format("{}", call->nr) == call_));
}

} // namespace ringside::view
