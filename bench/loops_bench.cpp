// Free running with exact counting against bare Unicorn, in one run, as ratios.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "bench/figures.hpp"
#include "bench/runners.hpp"

namespace ringside::bench {
namespace {

constexpr u32 stepped_turns = 5'000;

using Make = std::unique_ptr<Runner> (*)(Loop const&);

void measure(benchmark::State& state, Make make, Loop const& loop, u32 turns) {
    std::unique_ptr<Runner> const runner = make(loop);
    runner->turn(turns); // translations and misses are not what is measured
    for ([[maybe_unused]] auto _ : state) {
        runner->turn(turns);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<i64>(turns) * loop.instructions);
}

// Prints as usual and keeps the best rate of each benchmark.
class Collector final : public benchmark::ConsoleReporter {
public:
    Collector()
        : ConsoleReporter{OO_None} {}
    void ReportRuns(std::vector<Run> const& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (Run const& run : runs) {
            auto const rate = run.counters.find("items_per_second");
            if (run.run_type == Run::RT_Iteration && rate != run.counters.end()) {
                double& best = rates_[run.run_name.function_name];
                best = std::max(best, rate->second.value);
            }
        }
    }
    [[nodiscard]] double rate(std::string const& name) const {
        auto const found = rates_.find(name);
        return found == rates_.end() ? 0 : found->second;
    }

private:
    std::map<std::string, double> rates_;
};

bool runners_agree(Loop const& loop) {
    std::unique_ptr<Runner> const bare = bare_runner(loop);
    bare->turn(1000);
    for (Make make : {posture_runner, counted_runner, stepped_runner}) {
        std::unique_ptr<Runner> const ours = make(loop);
        ours->turn(1000);
        if (ours->result() != bare->result()) {
            std::fprintf(stderr, "loop %s: EBX is %x, bare Unicorn has %x\n", loop.name,
                         ours->result(), bare->result());
            return false;
        }
    }
    return true;
}

// True if every ratio is what the issue asks for.
bool print_ratios(Collector const& collector) {
    bool good = true;
    std::printf("\n| loop | bare /s | same posture /s | counted /s | counted : bare | asked | "
                "counted : posture | stepped /s |\n|---|---|---|---|---|---|---|---|\n");
    for (Loop const& loop : loops) {
        std::string const name = loop.name;
        double const bare = collector.rate("bare/" + name);
        double const posture = collector.rate("posture/" + name);
        double const counted = collector.rate("counted/" + name);
        double const stepped = collector.rate("stepped/" + name);
        if (bare == 0 || counted == 0) {
            continue;
        }
        double const ratio = counted / bare;
        good = good && ratio >= loop.wanted;
        std::printf("| %s | %.0f M | %.0f M | %.0f M | %.2f | %.2f | %.2f | %.1f M |\n", loop.name,
                    bare / 1e6, posture / 1e6, counted / 1e6, ratio, loop.wanted,
                    posture == 0 ? 0 : counted / posture, stepped / 1e6);
    }
    return good;
}

} // namespace
} // namespace ringside::bench

int main(int argc, char** argv) {
    using namespace ringside::bench;
    bool const check = take_check(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 125;
    }
    for (Loop const& loop : loops) {
        if (!runners_agree(loop)) {
            return 1;
        }
        auto const add = [&loop](std::string const& kind, Make make, ringside::u32 turns) {
            benchmark::RegisterBenchmark((kind + "/" + loop.name).c_str(),
                                         [&loop, make, turns](benchmark::State& state) {
                                             measure(state, make, loop, turns);
                                         })
                ->Unit(benchmark::kMillisecond)
                ->MinTime(0.2)
                ->Repetitions(3);
        };
        add("bare", bare_runner, loop.turns);
        add("posture", posture_runner, loop.turns);
        add("counted", counted_runner, loop.turns);
        add("stepped", stepped_runner, stepped_turns);
    }
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector);
    bool const good = print_ratios(collector);
    return check && !good ? 1 : 0;
}
