#include "core/event_bodies.hpp"

namespace ringside {

trace::Place place_of(seg::ControlState const& state) {
    return {.cs = state.cs.selector.raw,
            .ip = state.ip,
            .ss = state.ss.selector.raw,
            .sp = state.sp,
            .cpl = number(state.cpl)};
}

trace::SegLoad event_of(seg::SegmentLoad const& load) {
    trace::SegLoad event{.reg = load.name,
                         .selector = load.selector.raw,
                         .descriptor = load.descriptor.raw,
                         .checks = {load.checks.begin(), load.checks.end()}};
    if (load.outcome) {
        event.base = load.outcome.value().base;
        event.limit = load.outcome.value().limit;
    } else {
        event.vec = static_cast<u8>(load.outcome.error().vector);
        event.err = load.outcome.error().error_code;
    }
    return event;
}

} // namespace ringside
