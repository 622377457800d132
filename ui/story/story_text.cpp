#include "ui/story/story_text.hpp"

#include "core/trace/as.hpp"
#include "core/trace/counted.hpp"
#include "core/trace/counters.hpp"
#include "core/trace/error_code.hpp"
#include "core/trace/lookahead.hpp"
#include "core/trace/names.hpp"
#include "core/trace/sentence.hpp"
#include "core/trace/system_calls.hpp"

#include <fmt/format.h>
#include <map>
#include <ostream>

namespace ringside::story {

namespace {

using trace::Scene;
using trace::SceneKind;

std::string call_heading(ToldRun const& run, Scene const& scene) {
    if (scene.call == Scene::none) {
        return "a system call that the kernel has not told of yet";
    }
    std::string const text = call_at(run, scene.call);
    if (scene.result == Scene::none) {
        return text + ", which does not return";
    }
    auto const* result = trace::as<trace::SyscallRet>(run.events[scene.result]);
    return text + " = " + trace::result_text(result->name, result->ret);
}

std::string fault_heading(ToldRun const& run, Scene const& scene) {
    auto const* gate = trace::as<trace::Gate>(run.events[scene.enter]);
    for (u64 i = scene.first; i < scene.enter; ++i) {
        if (auto const* fault = trace::as<trace::PageFault>(run.events[i])) {
            return fmt::format("page fault of user code at {}, error code {}",
                               trace::hex(fault->cr2), trace::error_code_text(fault->err));
        }
        if (auto const* exception = trace::as<trace::Exception>(run.events[i])) {
            return trace::exception_text(exception->vec, exception->err) + " of user code";
        }
    }
    return gate == nullptr ? "an exception" : fmt::format("vector {} of user code", gate->vec);
}

std::string interrupt_heading(ToldRun const& run, Scene const& scene) {
    auto const* irq = trace::as<trace::Irq>(run.events[scene.first]);
    return irq == nullptr ? "an interrupt" : "an interrupt of " + trace::line_text(irq->line);
}

// What a whole round trip cost: counted, not measured.
std::string cost_text(trace::Counters const& cost) {
    return fmt::format(
        "round trip: {}, {}, {}, {}, {}, {} flushed", trace::counted(cost.cr3_writes, "CR3 write"),
        trace::counted(cost.walks, "page walk"), trace::counted(cost.page_faults, "page fault"),
        trace::counted(cost.softwalks, "software look-up"), trace::counted(cost.kmaps, "kmap"),
        trace::counted(cost.flushed_entries, "TLB entry", "TLB entries"));
}

void tell_event(std::ostream& out, ToldRun const& run, u64 index) {
    trace::Event const& event = run.events[index];
    unsigned const inside = run.outline.depth[index] > 0 ? run.outline.depth[index] - 1U : 0U;
    out << fmt::format("{:>7} {} {:{}}{}\n", index, event.cpl == 3 ? 'o' : '#', "", 2 * inside,
                       trace::sentence_of(event));
}

// By the event that ends it.
std::map<u64, trace::Counters> costs_of_round_trips(ToldRun const& run) {
    std::map<u64, trace::Counters> costs;
    for (trace::RoundTrip const& trip : trace::round_trips(run.events)) {
        if (trip.leave) {
            costs[*trip.leave] = trip.counters;
        }
    }
    return costs;
}

} // namespace

std::string heading(ToldRun const& run, Scene const& scene) {
    std::string what;
    switch (scene.kind) {
        using enum SceneKind;
    case Boot:
        what = "from reset to the first instruction of ring 3";
        break;
    case User:
        what = "user code";
        break;
    case Call:
        what = call_heading(run, scene);
        break;
    case Fault:
        what = fault_heading(run, scene);
        break;
    case Irq:
        what = interrupt_heading(run, scene);
        break;
    case Start:
        what = "a process begins";
        break;
    }
    return scene.key + ": " + what;
}

void tell(std::ostream& out, ToldRun const& run, u64 first, u64 last) {
    std::vector<bool> opened(run.outline.scenes.size());
    auto const costs = costs_of_round_trips(run);
    u64 current = Scene::none;
    for (u64 i = first; i < last; ++i) {
        u64 const number = run.outline.scene_of[i];
        Scene const& scene = run.outline.scenes[number];
        if (number != current) {
            bool const again = opened[number];
            out << (again ? scene.key + ": goes on" : heading(run, scene)) << '\n';
            opened[number] = true;
            current = number;
        }
        tell_event(out, run, i);
        if (auto const cost = costs.find(i); cost != costs.end()) {
            out << fmt::format("{:>7}   {}\n", "", cost_text(cost->second));
        }
    }
}

void tell(std::ostream& out, ToldRun const& run) {
    out << fmt::format("{} under {}: {} events, {} instructions\n", run.program, run.split,
                       run.events.size(), run.end.insns);
    tell(out, run, 0, run.events.size());
    out << "end: " << end_text(run.end) << '\n';
}

} // namespace ringside::story
