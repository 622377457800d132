#include "core/trace/counters.hpp"

#include "core/trace/lookahead.hpp"
#include "core/trace/overloaded.hpp"
#include "mmu/page_table_entry.hpp"

namespace ringside::trace {

namespace {

void count_walk(Counters& counters, Event const& event, Walk const& walk) {
    ++counters.walks;
    counters.user_walks += walk.walk->access.user && event.cpl == 3 ? 1U : 0U;
    counters.walk_reads += mmu::memory_reads(*walk.walk);
    counters.failed_walks += walk.walk->outcome ? 0U : 1U;
}

void count_tlb(Counters& counters, TlbChange const& change) {
    counters.flushes += change.op == TlbOp::Flush ? 1U : 0U;
    counters.flushed_entries += change.op == TlbOp::Flush ? change.count : 0U;
    counters.invlpgs += change.op == TlbOp::Invlpg ? 1U : 0U;
}

bool switches_task(Event const& event) {
    auto const* sched = std::get_if<Sched>(&event.body);
    return sched != nullptr && sched->from != sched->to;
}

// The return that ends the trip which begins at `entry`; no_event when there is none.
u64 leave_of(std::vector<Event> const& events, u64 entry) {
    for (u64 i = entry + 1; i < events.size(); ++i) {
        if (switches_task(events[i])) {
            return no_event;
        }
        if (events[i].pid == events[entry].pid && is_user_return(events[i])) {
            return i;
        }
    }
    return no_event;
}

} // namespace

void count(Counters& counters, Event const& event) {
    ++counters.events;
    std::visit(Overloaded{
                   [&](Walk const& walk) { count_walk(counters, event, walk); },
                   [&](TlbChange const& change) { count_tlb(counters, change); },
                   [&](PageFault const&) { ++counters.page_faults, ++counters.exceptions; },
                   [&](Exception const&) { ++counters.exceptions; },
                   [&](Gate const&) { ++counters.gates; },
                   [&](CrWrite const& write) {
                       ++counters.cr_writes;
                       counters.cr3_writes += write.cr == 3 ? 1U : 0U;
                   },
                   [&](Syscall const&) { ++counters.syscalls; },
                   [&](Copy const&) { ++counters.copies; },
                   [&](Softwalk const& walk) {
                       ++counters.softwalks;
                       counters.failed_softwalks += walk.ok ? 0U : 1U;
                   },
                   [&](Kmap const&) { ++counters.kmaps; },
                   [&](FaultIn const&) { ++counters.fault_ins; },
                   [&](Fixup const&) { ++counters.fixups; },
                   [](auto const&) {},
               },
               event.body);
}

Counters count(std::span<Event const> events) {
    Counters counters;
    for (Event const& event : events) {
        count(counters, event);
    }
    return counters;
}

std::vector<RoundTrip> round_trips(std::vector<Event> const& events) {
    std::vector<RoundTrip> trips;
    for (u64 i = 0; i < events.size(); ++i) {
        if (!is_call_entry(events[i])) {
            continue;
        }
        RoundTrip trip;
        trip.entry = i;
        if (u64 const call = call_of_entry(events, i); call != no_event) {
            trip.call = call;
        }
        if (u64 const leave = leave_of(events, i); leave != no_event) {
            trip.leave = leave;
            trip.counters = count(std::span{events}.subspan(i, leave - i + 1));
        }
        trips.push_back(trip);
    }
    return trips;
}

} // namespace ringside::trace
