#pragma once
// The contexts that were interrupted and not yet returned to: every gate, SYSCALL or SYSENTER that
// let control in and has seen no way back. The outermost first. Folded from the events; a process
// switch keeps each process's own.
#include "core/trace/event.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ringside::view {

struct OpenGate {
    u64 event = 0; // index
    u64 cr3 = 0;   // under which the interrupted code ran
    trace::Place from;
    trace::Place to;
    std::optional<trace::Gate> gate; // absent: by `instruction`, which pushes nothing
    std::string instruction;         // "SYSCALL"
    // Where the gate pushed the instruction pointer, above the lowest word that it pushed.
    [[nodiscard]] u64 instruction_word() const;
};

// Of the process that runs when `events` have happened.
[[nodiscard]] std::vector<OpenGate> open_gates(std::span<trace::Event const> events, u32 pid);

// What each word that a gate pushed is, in the order pushed (SDM volume 3, figures 7-4 and 7-9).
[[nodiscard]] std::vector<std::string> pushed_names(trace::Gate const& gate);

} // namespace ringside::view
