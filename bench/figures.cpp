#include "bench/figures.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace ringside::bench {

FigureReporter::FigureReporter(std::vector<Figure> figures)
    : ConsoleReporter{OO_None}
    , figures_{std::move(figures)} {}

void FigureReporter::ReportRuns(std::vector<Run> const& runs) {
    ConsoleReporter::ReportRuns(runs);
    for (Run const& run : runs) {
        for (std::size_t index = 0; index < figures_.size(); ++index) {
            Figure const& figure = figures_[index];
            if (run.run_type != Run::RT_Iteration || run.error_occurred ||
                run.run_name.function_name != figure.benchmark) {
                continue;
            }
            auto const counter = run.counters.find(figure.counter);
            if (!figure.counter.empty() && counter == run.counters.end()) {
                continue;
            }
            // Processor time, where a benchmark does not ask for the other: the machine is shared.
            bool const is_real = !run.run_name.time_type.empty();
            double const time = is_real ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime();
            double const value =
                figure.scale * (figure.counter.empty() ? time : counter->second.value);
            auto const [best, is_first] = best_.try_emplace(index, value);
            if (!is_first) {
                best->second =
                    figure.at_least ? std::max(best->second, value) : std::min(best->second, value);
            }
        }
    }
}

bool FigureReporter::print() const {
    bool good = true;
    std::printf("\n| what | asked | measured |\n|---|---|---|\n");
    for (auto const& [index, value] : best_) {
        Figure const& figure = figures_[index];
        bool const reached = figure.at_least ? value >= figure.asked : value <= figure.asked;
        good = good && reached;
        std::printf("| %s | %s %g %s | %.3g %s%s |\n", figure.what.c_str(),
                    figure.at_least ? "at least" : "at most", figure.asked, figure.unit.c_str(),
                    value, figure.unit.c_str(), reached ? "" : " (missed)");
    }
    return good;
}

bool take_check(int& argc, char** argv) {
    bool const check = argc > 1 && std::strcmp(argv[argc - 1], "--check") == 0;
    argc -= check ? 1 : 0;
    return check;
}

int run_figures(int argc, char** argv, std::vector<Figure> figures) {
    bool const check = take_check(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 125;
    }
    FigureReporter reporter{std::move(figures)};
    benchmark::RunSpecifiedBenchmarks(&reporter);
    bool const good = reporter.print();
    return check && !good ? 1 : 0;
}

} // namespace ringside::bench
