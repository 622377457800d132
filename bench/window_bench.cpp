// What a student waits for in the window: the first frame, and the frame after a step. Everything
// but SDL's own window is measured: replay, the view's data, sheets, painter, rasteriser.
#include "core/view/cockpit.hpp"
#include "ui/window/canvas.hpp"

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <ctime>
#include <map>

namespace ringside::bench {
namespace {

using view::Direction;
using view::Unit;

constexpr u64 budget = 3'000'000;
std::filesystem::path const guests = std::filesystem::path{RINGSIDE_BINARY_DIR} / "guest";

view::Subject record(std::string const& program) {
    MachineConfig config;
    config.program = guests / program;
    config.program_name = program;
    config.guest_directory = guests;
    view::Subject subject;
    subject.session = std::make_shared<Session>(config);
    subject.session->record(budget);
    subject.kernel_elf = kernel_image(config);
    subject.source_directories = {RINGSIDE_SOURCE_DIR};
    return subject;
}

// One recording of each program serves all its steps.
view::Subject const& recorded(std::string const& program) {
    static std::map<std::string, view::Subject> subjects;
    auto const known = subjects.find(program);
    return known != subjects.end() ? known->second
                                   : subjects.emplace(program, record(program)).first->second;
}

void draw(window::Canvas& canvas, view::Cockpit& cockpit) {
    window::ScreenState screen;
    view::MachineView const& now = cockpit.now();
    canvas.draw(now, cockpit.before(), screen);
    benchmark::DoNotOptimize(canvas.pixels().rgba.data());
}

void first_frame(benchmark::State& state, char const* program) {
    for ([[maybe_unused]] auto _ : state) {
        view::Cockpit cockpit{record(program)};
        cockpit.go_to_key("sys1");
        window::Canvas canvas{window::Look{}};
        draw(canvas, cockpit);
    }
}

// Steps through the run and round again; the slowest frame, in processor time, is a counter.
void step_frame(benchmark::State& state, char const* program, Unit unit, Direction direction) {
    view::Cockpit cockpit{recorded(program)};
    window::Canvas canvas{window::Look{}};
    cockpit.go_to_key("sys1");
    draw(canvas, cockpit);
    double worst = 0;
    for ([[maybe_unused]] auto _ : state) {
        std::clock_t const start = std::clock();
        if (!cockpit.move(unit, direction)) {
            cockpit.go_to_event(direction == Direction::Forward ? 0 : ~u64{0});
        }
        draw(canvas, cockpit);
        worst = std::max(worst, static_cast<double>(std::clock() - start));
    }
    state.counters["worst_ms"] = worst * 1000 / CLOCKS_PER_SEC;
}

void add_all() {
    struct Step {
        char const* name;
        Unit unit;
        Direction direction;
    };
    // Not measured: `out` and `run`, which look for a place that may be anywhere.
    constexpr std::array steps{
        Step{"line", Unit::Micro, Direction::Forward},
        Step{"line_back", Unit::Micro, Direction::Back},
        Step{"event", Unit::Event, Direction::Forward},
        Step{"event_back", Unit::Event, Direction::Back},
        Step{"scene", Unit::Scene, Direction::Forward},
        Step{"instruction", Unit::Instruction, Direction::Forward},
        Step{"instruction_back", Unit::Instruction, Direction::Back},
    };
    benchmark::RegisterBenchmark("first_frame/pages", first_frame, "pages")
        ->Unit(benchmark::kMillisecond);
    // Some hundred events, and some ten thousand.
    for (char const* program : {"pages", "bad/stack_overflow"}) {
        for (Step const& step : steps) {
            benchmark::RegisterBenchmark(
                (std::string{"step_frame/"} + program + "/" + step.name).c_str(), step_frame,
                program, step.unit, step.direction)
                ->Unit(benchmark::kMillisecond);
        }
    }
}

} // namespace
} // namespace ringside::bench

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (!std::filesystem::exists(ringside::bench::guests / "pages")) {
        std::fprintf(stderr, "bench_window: no guests in %s: build them first\n",
                     ringside::bench::guests.c_str());
        return 125;
    }
    ringside::bench::add_all();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
