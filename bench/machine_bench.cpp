// What a student waits for without the window: a whole run from the command line, steps with every
// record, and a step back in a long run.
#include "core/machine.hpp"
#include "core/session.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "bench/figures.hpp"

namespace ringside::bench {
namespace {

constexpr u64 long_run = 10'000'000; // instructions
constexpr int places = 200;
std::filesystem::path const guests = std::filesystem::path{RINGSIDE_BINARY_DIR} / "guest";

MachineConfig config(std::string const& program) {
    MachineConfig config;
    config.program = guests / program;
    config.program_name = program;
    config.guest_directory = guests;
    return config;
}

class KeepingSink final : public trace::EventSink {
public:
    void on_event(trace::Event&& event) override { events_.push_back(std::move(event)); }

private:
    std::vector<trace::Event> events_;
};

// From reset to the exit of `pages`, every event kept.
void steps(benchmark::State& state) {
    u64 ticks = 0;
    for ([[maybe_unused]] auto _ : state) {
        state.PauseTiming();
        Machine machine{config("pages")};
        KeepingSink sink;
        machine.set_sink(&sink);
        state.ResumeTiming();
        while (!machine.end()) {
            machine.step();
        }
        ticks += machine.ticks();
    }
    state.SetItemsProcessed(static_cast<i64>(ticks));
}

// From each of some places to the tick before it, in a run of system calls without end.
void step_back(benchmark::State& state) {
    using clock = std::chrono::steady_clock;
    Session session{config("bench/null_calls")};
    u64 const last = session.record(long_run).ticks;
    std::mt19937_64 random{1};
    std::vector<double> times;
    for ([[maybe_unused]] auto _ : state) {
        for (int place = 0; place < places; ++place) {
            u64 const tick = 1 + random() % last;
            session.go_to_tick(tick);
            auto const start = clock::now();
            session.go_to_tick(tick - 1);
            times.push_back(
                std::chrono::duration<double, std::milli>(clock::now() - start).count());
        }
    }
    std::ranges::sort(times);
    state.counters["median_ms"] = times[times.size() / 2];
    state.counters["worst_ms"] = times.back();
    state.counters["instructions"] = static_cast<double>(session.end().insns);
}

void run_hello(benchmark::State& state) {
    std::string const command = (std::filesystem::path{RINGSIDE_BINARY_DIR} / "ringside").string() +
                                " run hello >/dev/null";
    for ([[maybe_unused]] auto _ : state) {
        if (std::system(command.c_str()) != 0) { // NOLINT(cert-env33-c): our own program
            state.SkipWithError("`ringside run hello` fails");
            return;
        }
    }
}

} // namespace
} // namespace ringside::bench

int main(int argc, char** argv) {
    using namespace ringside::bench;
    if (!std::filesystem::exists(guests / "bench" / "null_calls")) {
        std::fprintf(stderr, "bench_machine: no guests in %s: build them first\n", guests.c_str());
        return 125;
    }
    benchmark::RegisterBenchmark("run_hello", run_hello)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->Repetitions(3);
    benchmark::RegisterBenchmark("steps", steps)->Unit(benchmark::kMillisecond)->Repetitions(3);
    benchmark::RegisterBenchmark("step_back", step_back)
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1);
    return run_figures(
        argc, argv,
        {{"`ringside run hello`, start to exit", "run_hello", "", 0.3, false, "s", 0.001},
         {"steps with complete records, kept", "steps", "items_per_second", 500'000, true, "/s"},
         {"one step back in a run of 10 million instructions, the worst of 200", "step_back",
          "worst_ms", 20, false, "ms"},
         {"the same, the median", "step_back", "median_ms", 20, false, "ms"}});
}
