#include "ui/story/comparison.hpp"

#include "core/trace/as.hpp"

#include <algorithm>

namespace ringside::story {

namespace {

using trace::Scene;

Cost cost_of(ToldRun const& run) {
    return {.insns = run.end.insns, .counters = trace::count(run.events)};
}

// The system calls of a run that the kernel has told of, and what the round trip of each cost.
std::vector<ComparedCall> calls_of(ToldRun const& run, std::optional<Cost> ComparedCall::*side) {
    std::vector<ComparedCall> calls;
    std::vector<std::size_t> call_of_scene(run.outline.scenes.size());
    for (std::size_t i = 0; i < run.outline.scenes.size(); ++i) {
        Scene const& scene = run.outline.scenes[i];
        if (scene.call == Scene::none) {
            continue;
        }
        call_of_scene[i] = calls.size();
        ComparedCall call;
        call.scene = scene.key;
        call.name = trace::as<trace::Syscall>(run.events[scene.call])->name;
        calls.push_back(std::move(call));
    }
    for (trace::RoundTrip const& trip : trace::round_trips(run.events)) {
        if (trip.call && trip.leave) {
            Cost cost;
            cost.insns = run.events[*trip.leave].insn - run.events[trip.entry].insn;
            cost.counters = trip.counters;
            calls[call_of_scene[run.outline.scene_of[*trip.call]]].*side = cost;
        }
    }
    return calls;
}

std::vector<ComparedCall> paired_calls(ToldRun const& left, ToldRun const& right) {
    std::vector<ComparedCall> calls = calls_of(left, &ComparedCall::left);
    for (ComparedCall& call : calls_of(right, &ComparedCall::right)) {
        auto const partner = std::ranges::find_if(calls, [&](ComparedCall const& each) {
            return each.scene == call.scene && each.name == call.name;
        });
        if (partner == calls.end()) {
            calls.push_back(std::move(call));
        } else {
            partner->right = call.right;
        }
    }
    return calls;
}

template <u64 trace::Counters::*counter>
u64 counted(Cost const& cost) {
    return cost.counters.*counter;
}

} // namespace

std::vector<CostFigure> const& cost_figures() {
    using trace::Counters;
    static std::vector<CostFigure> const figures{
        {"instructions", "insns", [](Cost const& cost) { return cost.insns; }},
        {"events", "events", counted<&Counters::events>},
        {"gates", "gates", counted<&Counters::gates>},
        {"CR3 writes", "cr3_writes", counted<&Counters::cr3_writes>},
        {"TLB entries flushed", "flushed_entries", counted<&Counters::flushed_entries>},
        {"INVLPGs", "invlpgs", counted<&Counters::invlpgs>},
        {"page walks", "walks", counted<&Counters::walks>},
        {"table entries read by walks", "walk_reads", counted<&Counters::walk_reads>},
        {"page faults", "page_faults", counted<&Counters::page_faults>},
        {"software look-ups", "softwalks", counted<&Counters::softwalks>},
        {"kmaps", "kmaps", counted<&Counters::kmaps>},
        {"pages brought in", "fault_ins", counted<&Counters::fault_ins>},
        {"fixups", "fixups", counted<&Counters::fixups>},
    };
    return figures;
}

Comparison compare(Side const& left, Side const& right) {
    return {.left = left,
            .right = right,
            .rows = trace::align(left.run.outline, right.run.outline),
            .calls = paired_calls(left.run, right.run),
            .left_cost = cost_of(left.run),
            .right_cost = cost_of(right.run)};
}

bool same_to_the_user(Comparison const& comparison) {
    RunEnd const& left = comparison.left.run.end;
    RunEnd const& right = comparison.right.run.end;
    return comparison.left.console == comparison.right.console && left.kind == right.kind &&
           left.wait_status == right.wait_status;
}

} // namespace ringside::story
