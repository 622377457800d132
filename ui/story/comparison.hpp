#pragma once
// One program under two kernels: the two stories aligned by event key, the system calls of both
// side by side, and what each run cost. Nothing here is measured; all is counted from the records.
#include "core/trace/alignment.hpp"
#include "core/trace/counters.hpp"
#include "ui/story/told_run.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::story {

// One of the two runs: its story, what it printed, and what to call its kernel.
struct Side {
    ToldRun run;
    std::string label;   // "4g4g", "3g1g,wp=off"
    std::string console; // all that the guest printed
};

// What a stretch of a run cost.
struct Cost {
    u64 insns = 0;
    trace::Counters counters;
};

// A number of a Cost, with its name in sentences and in JSON.
struct CostFigure {
    std::string_view name; // "CR3 writes"
    std::string_view key;  // "cr3_writes"
    u64 (*of)(Cost const&);
};
[[nodiscard]] std::vector<CostFigure> const& cost_figures();

// A system call of either run, paired by its scene's key. A side without a round trip (exit, a call
// with a task switch inside, a call that this run does not make) has no cost.
struct ComparedCall {
    std::string scene; // "sys1", "pid2/sys3"
    std::string name;  // "write"
    std::optional<Cost> left;
    std::optional<Cost> right;
};

struct Comparison {
    Side const& left;
    Side const& right;
    std::vector<trace::AlignedRow> rows;
    std::vector<ComparedCall> calls; // in the left run's order, then those of the right run alone
    Cost left_cost;                  // of the whole runs
    Cost right_cost;
};

[[nodiscard]] Comparison compare(Side const& left, Side const& right);

// Did a user of the program see the same: what it printed, and how it ended?
[[nodiscard]] bool same_to_the_user(Comparison const& comparison);

} // namespace ringside::story
