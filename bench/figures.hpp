#pragma once
// What is asked of a benchmark, and a reporter that keeps the best run of each and prints it as
// rows of bench/README.md's table.
#include <benchmark/benchmark.h>
#include <map>
#include <string>
#include <vector>

namespace ringside::bench {

struct Figure {
    std::string what;      // the row's first column
    std::string benchmark; // its name
    std::string counter;   // of the benchmark; empty: its time
    double asked;
    bool at_least; // a rate; otherwise a time or a size, of which less is better
    std::string unit;
    double scale = 1; // from the counter (or from the time in its unit) to `unit`
};

class FigureReporter final : public benchmark::ConsoleReporter {
public:
    explicit FigureReporter(std::vector<Figure> figures);
    void ReportRuns(std::vector<Run> const& runs) override;
    // Prints the rows that were measured. True if none of them is worse than asked.
    [[nodiscard]] bool print() const;

private:
    std::vector<Figure> figures_;
    std::map<std::size_t, double> best_; // by index of the figure
};

// Takes `--check` off the command line if it is there.
[[nodiscard]] bool take_check(int& argc, char** argv);
// Runs what was registered and prints its rows; what `main` returns.
[[nodiscard]] int run_figures(int argc, char** argv, std::vector<Figure> figures);

} // namespace ringside::bench
