// `ringside run`: to the end, the guest's console on standard output, one summary line on standard
// error.
#include "core/trace/as.hpp"
#include "core/trace/counters.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/machine_options.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/recording.hpp"

#include <fmt/format.h>
#include <iostream>
#include <memory>

namespace ringside::cli {

namespace {

constexpr int most_exit = 123;
constexpr int by_signal = 128;

// The true one: what the program ended with, or ours for why it did not.
int true_status(RunEnd const& end) {
    switch (end.kind) {
        using enum EndKind;
    case Exited: {
        int const signal = static_cast<int>(end.wait_status & 0x7fU);
        return signal != 0 ? by_signal + signal : static_cast<int>((end.wait_status >> 8U) & 0xffU);
    }
    case BudgetSpent:
        return status::budget_spent;
    case Panic:
    case Shutdown:
    case Halted:
        break;
    }
    return status::guest_down;
}

int exit_status(RunEnd const& end) {
    int const value = true_status(end);
    bool const exited = end.kind == EndKind::Exited && (end.wait_status & 0x7fU) == 0;
    return exited && value > most_exit ? most_exit : value;
}

// The console as it is printed, and the counts of the summary: a long run keeps no story.
class Spectator final : public trace::EventSink {
public:
    void on_event(trace::Event&& event) override {
        trace::count(counters_, event);
        auto const* const text = trace::as<trace::Text>(event);
        if (text != nullptr && text->kind == trace::TextKind::Console) {
            write_standard_output(text->text);
        }
    }
    [[nodiscard]] trace::Counters const& counters() const { return counters_; }

private:
    trace::Counters counters_;
};

int run(MachineOptions const& options, bool quiet) {
    Session session{options.config()};
    Spectator spectator;
    RunEnd const& end = session.run(options.max_insns, spectator);
    if (end.kind != EndKind::Exited) {
        std::cerr << "ringside: " << story::end_text(end)
                  << (end.kind == EndKind::BudgetSpent ? "; --max-insns gives more" : "") << '\n';
    }
    if (!quiet) {
        trace::Counters const& counted = spectator.counters();
        std::cerr << fmt::format("ringside: exit={} insns={} events={} faults={} cr3_writes={}\n",
                                 true_status(end), end.insns, counted.events, counted.exceptions,
                                 counted.cr3_writes);
    }
    return exit_status(end);
}

} // namespace

void add_run(Command& line) {
    auto command = line.add_command("run", "run a program to its end");
    auto const options = std::make_shared<MachineOptions>();
    auto const quiet = std::make_shared<bool>(false);
    options->add_to(command, false);
    options->add_rom_to(command);
    command.add_flag("--quiet", *quiet, "no summary line");
    command.footer("Example: ringside run hello --split 4g4g\n"
                   "         ringside run --rom test.bin --post-port 0x190");
    command.action([options, quiet] { return run(*options, *quiet); });
}

} // namespace ringside::cli
