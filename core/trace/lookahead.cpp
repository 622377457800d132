#include "core/trace/lookahead.hpp"

#include "core/trace/as.hpp"

#include <algorithm>
#include <optional>

namespace ringside::trace {

namespace {

constexpr unsigned page_bits = 12;

bool is_refusal(Event const& event) {
    if (auto const* walk = as<Walk>(event)) {
        return !walk->walk->outcome;
    }
    if (auto const* load = as<SegLoad>(event)) {
        return load->vec.has_value();
    }
    return as<SegFault>(event) != nullptr;
}

// The first event of the step that `index` belongs to.
u64 step_start(std::vector<Event> const& events, u64 index) {
    u64 first = index;
    while (first > 0 && events[first - 1].tick == events[index].tick &&
           events[first - 1].pid == events[index].pid) {
        --first;
    }
    return first;
}

// An exception's delivery begins with its report; from ring 3 the refusal before it belongs to the
// fault's scene, in the kernel to what was being done.
u64 exception_start(std::vector<Event> const& events, u64 gate, u64 step) {
    for (u64 i = gate; i-- > step;) {
        if (is_exception(events[i])) {
            bool const from_user = events[i].cpl == 3;
            return from_user && i > step && is_refusal(events[i - 1]) ? i - 1 : i;
        }
    }
    return gate;
}

// INT n and interrupts: everything of the step but the walk that fetched the instruction.
u64 interrupt_start(std::vector<Event> const& events, u64 gate, u64 step) {
    u64 first = gate;
    for (u64 i = gate; i-- > step;) {
        auto const* walk = as<Walk>(events[i]);
        if (walk != nullptr && walk->walk->access.user) {
            break;
        }
        first = i;
    }
    return first;
}

u64 delivery_start(std::vector<Event> const& events, u64 index) {
    auto const* gate = as<Gate>(events[index]);
    if (gate == nullptr) {
        return index; // SYSCALL reads no table
    }
    u64 const step = step_start(events, index);
    return gate->source == GateSource::Exception ? exception_start(events, index, step)
                                                 : interrupt_start(events, index, step);
}

// A data segment of ring 3's, or none: what the kernel puts back before it returns.
bool is_of_users(SegLoad const& load) {
    return (load.selector & 3U) == 3 || load.selector < 4;
}

// The way back to ring 3: from the page-table switch or the first of the program's segments before
// the return, or from the return's own step.
u64 way_out_start(std::vector<Event> const& events, u64 leave) {
    u64 first = step_start(events, leave);
    for (u64 i = leave; i-- > 0;) {
        Event const& event = events[i];
        bool const quiet =
            as<Walk>(event) || as<SegLoad>(event) || as<TlbChange>(event) || as<CrWrite>(event);
        if (event.pid != events[leave].pid || event.cpl == 3 || !quiet) {
            break;
        }
        auto const* load = as<SegLoad>(event);
        if (as<CrWrite>(event) || (load != nullptr && is_of_users(*load))) {
            first = step_start(events, i);
        }
    }
    return first;
}

// May a copy's events reach back over this one?
bool bounds_copy(Event const& event) {
    return as<Copy>(event) || as<Syscall>(event) || as<SyscallRet>(event) || as<AccessOk>(event) ||
           is_user_return(event) || is_call_entry(event);
}

bool touches(CopySpan const& span, Event const& event) {
    if (auto const* walk = as<Softwalk>(event)) {
        return span.page_of(walk->lin) != 0;
    }
    if (auto const* walk = as<Walk>(event)) {
        return event.cpl != 3 && span.page_of(walk->walk->access.address.value()) != 0;
    }
    auto const* fault = as<PageFault>(event);
    return fault != nullptr && event.cpl != 3 && span.page_of(fault->cr2) != 0;
}

// A copy begins after its range check, or at its first touch of the user's pages.
CopySpan span_of(std::vector<Event> const& events, u64 end) {
    Copy const& copy = *as<Copy>(events[end]);
    CopySpan span{.first = end, .last = end, .user = copy.user, .n = copy.n};
    u64 begin = end; // where the search stopped
    for (u64 i = end; i-- > 0;) {
        Event const& event = events[i];
        if (event.pid != events[end].pid) {
            continue;
        }
        if (bounds_copy(event)) {
            auto const* check = as<AccessOk>(event);
            if (check != nullptr && check->ptr == copy.user) {
                span.first = begin;
            }
            break;
        }
        begin = i;
        span.first = touches(span, event) ? i : span.first;
        auto const* look_up = as<Softwalk>(event);
        span.software = span.software || (look_up != nullptr && span.page_of(look_up->lin) != 0);
    }
    return span;
}

} // namespace

u64 CopySpan::page_of(u64 lin) const {
    u64 const size = std::max<u64>(n, 1);
    u64 const last_byte = user + (size - 1) < user ? ~u64{0} : user + (size - 1);
    u64 const page = lin >> page_bits;
    u64 const first_page = user >> page_bits;
    return page >= first_page && page <= last_byte >> page_bits ? page - first_page + 1 : 0;
}

bool is_call_entry(Event const& event) {
    constexpr u8 system_call_vector = 0x80;
    if (auto const* gate = as<Gate>(event)) {
        return gate->vec == system_call_vector && gate->source == GateSource::Int &&
               gate->from.cpl == 3;
    }
    auto const* transfer = as<Transfer>(event);
    return transfer != nullptr && transfer->kind == TransferKind::SyscallInsn;
}

bool is_user_return(Event const& event) {
    auto const* transfer = as<Transfer>(event);
    return transfer != nullptr && transfer->to.cpl == 3 && transfer->from.cpl != 3 &&
           (transfer->kind == TransferKind::Iret || transfer->kind == TransferKind::Sysret);
}

u64 call_of_entry(std::vector<Event> const& events, u64 entry) {
    for (u64 i = entry + 1; i < events.size(); ++i) {
        if (events[i].pid != events[entry].pid) {
            continue;
        }
        if (as<Syscall>(events[i])) {
            return i;
        }
        if (is_user_return(events[i]) || events[i].cpl == 3) {
            break;
        }
    }
    return no_event;
}

Lookahead look_ahead(std::vector<Event> const& events) {
    Lookahead ahead;
    ahead.delivery.assign(events.size(), no_event);
    ahead.way_out.assign(events.size(), no_event);
    ahead.copy_begin.assign(events.size(), no_event);
    for (u64 i = 0; i < events.size(); ++i) {
        if (as<Gate>(events[i]) || is_call_entry(events[i])) {
            ahead.delivery[delivery_start(events, i)] = i;
        } else if (is_user_return(events[i])) {
            ahead.way_out[way_out_start(events, i)] = i;
        } else if (as<Copy>(events[i])) {
            CopySpan const span = span_of(events, i);
            ahead.copy_begin[span.first] = ahead.copies.size();
            ahead.copies.push_back(span);
        }
    }
    return ahead;
}

} // namespace ringside::trace
