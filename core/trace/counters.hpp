#pragma once
// Facts counted over a stretch of a story, and a system call's round trip: from its gate (INT 80h
// from ring 3) or SYSCALL to the next return to ring 3 of the same process. Exit, execve and calls
// with a task switch between have none.
#include "core/trace/event.hpp"

#include <optional>
#include <span>
#include <vector>

namespace ringside::trace {

struct Counters {
    u64 events = 0;
    u64 walks = 0;
    u64 user_walks = 0; // of CPL-3 code's own accesses
    u64 walk_reads = 0; // entries read from memory
    u64 failed_walks = 0;
    u64 page_faults = 0;
    u64 exceptions = 0; // page faults included
    u64 gates = 0;
    u64 cr_writes = 0;
    u64 cr3_writes = 0;
    u64 flushes = 0;
    u64 flushed_entries = 0;
    u64 invlpgs = 0;
    u64 syscalls = 0;
    u64 copies = 0;
    u64 softwalks = 0;
    u64 failed_softwalks = 0;
    u64 kmaps = 0;
    u64 fault_ins = 0;
    u64 fixups = 0;
    friend bool operator==(Counters const&, Counters const&) = default;
};

void count(Counters& counters, Event const& event);
[[nodiscard]] Counters count(std::span<Event const> events);

struct RoundTrip {
    u64 entry = 0;            // the gate or SYSCALL
    std::optional<u64> call;  // the Syscall event
    std::optional<u64> leave; // the return; absent: none
    Counters counters; // from entry to leave inclusive, of this process; zero without `leave`
};
[[nodiscard]] std::vector<RoundTrip> round_trips(std::vector<Event> const& events);

} // namespace ringside::trace
