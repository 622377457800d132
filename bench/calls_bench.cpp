// What a system call costs the host: the null call's round trip in the machine running freely,
// under each kernel with paging, with nobody listening and with events counted as `ringside run`
// does.
#include "core/machine.hpp"
#include "core/trace/as.hpp"
#include "core/trace/counters.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <set>

#include "bench/figures.hpp"

namespace ringside::bench {
namespace {

constexpr u32 calls_at_once = 100;
constexpr u64 longest_boot = 2'000'000; // instructions
constexpr u64 window = 0xff000000;      // above, both address spaces of 4G/4G are the same

MachineConfig config(Split split, std::vector<u64> const& pages) {
    std::filesystem::path const directory = std::filesystem::path{RINGSIDE_BINARY_DIR} / "guest";
    MachineConfig config;
    config.split = split;
    config.program = directory / (is_64bit(split) ? "x64" : "") / "bench" / "null_calls";
    config.program_name = "null_calls";
    config.guest_directory = directory;
    for (u64 const page : pages) {
        config.arguments.push_back(fmt::format("{:x}", page));
    }
    return config;
}

class CountingSink final : public trace::EventSink {
public:
    void on_event(trace::Event&& event) override { trace::count(counters_, event); }

private:
    trace::Counters counters_;
};

// Runs on to the next INT 80h of getpid: where it has just been taken.
class CallFinder final : public trace::EventSink {
public:
    void on_event(trace::Event&& event) override {
        auto const* const call = trace::as<trace::Syscall>(event);
        if (call != nullptr && call->name == "getpid") {
            seen_at_.push_back(event.insn);
        }
        auto const* const walk = trace::as<trace::Walk>(event);
        if (walk != nullptr && seen_at_.size() == 1 && event.cpl == 0) {
            pages_.insert(walk->walk->access.address.page().value());
        }
    }
    [[nodiscard]] std::vector<u64> const& seen_at() const { return seen_at_; }
    [[nodiscard]] std::set<u64> const& pages() const { return pages_; }

private:
    std::vector<u64> seen_at_;
    std::set<u64> pages_; // that the kernel walked for in the first call
};

// A machine in the middle of the loop, and how many instructions a turn has.
struct Looping {
    explicit Looping(MachineConfig const& config)
        : machine{config} {
        machine.set_sink(&finder);
        while (finder.seen_at().size() < 3 && machine.insns() < longest_boot) {
            machine.run_until_insn(machine.insns() + 1000);
        }
        if (finder.seen_at().size() < 3) {
            throw HostError("the guest does not call getpid");
        }
        per_call = finder.seen_at()[2] - finder.seen_at()[1];
        machine.set_sink(nullptr);
        run(calls_at_once);
    }
    void run(u64 calls) { machine.run_until_insn(machine.insns() + calls * per_call); }

    CallFinder finder;
    Machine machine;
    u64 per_call = 0;
};

void measure(benchmark::State& state, MachineConfig const& config, bool counted) {
    Looping loop{config};
    CountingSink sink;
    loop.machine.set_sink(counted ? &sink : nullptr);
    for ([[maybe_unused]] auto _ : state) {
        loop.run(calls_at_once);
    }
    loop.machine.set_sink(nullptr);
    state.counters["us_per_call"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * calls_at_once / 1e6,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["insns_per_call"] = static_cast<double>(loop.per_call);
}

// Three pages that the kernel's half of a null call uses, and that 4G/4G lets a program have too.
std::vector<u64> conflicting_pages() {
    Looping const loop{config(Split::FourFour, {})};
    std::vector<u64> pages;
    for (u64 const page : loop.finder.pages()) {
        if (page < window && pages.size() < 3) {
            pages.push_back(page);
        }
    }
    return pages;
}

void add(std::string const& name, MachineConfig const& config) {
    for (bool const counted : {false, true}) {
        benchmark::RegisterBenchmark(
            (name + (counted ? "/counted" : "")).c_str(),
            [config, counted](benchmark::State& state) { measure(state, config, counted); })
            ->Unit(benchmark::kMillisecond)
            ->Repetitions(3);
    }
}

} // namespace
} // namespace ringside::bench

int main(int argc, char** argv) {
    using namespace ringside;
    bench::add("3g1g", bench::config(Split::ThreeOne, {}));
    bench::add("4g4g", bench::config(Split::FourFour, {}));
    bench::add("x64", bench::config(Split::X64, {}));
    bench::add("x64-kpti", bench::config(Split::X64Kpti, {}));
    MachineConfig with_pcid = bench::config(Split::X64Kpti, {});
    with_pcid.features["pcid"] = "on";
    bench::add("x64-kpti,pcid=on", with_pcid);
    bench::add("4g4g/three_pages",
               bench::config(Split::FourFour, {0x10000000, 0x10010000, 0x10020000}));
    bench::add("4g4g/three_conflicts", bench::config(Split::FourFour, bench::conflicting_pages()));
    auto const call = [](char const* what, char const* name, double asked) {
        return bench::Figure{.what = what,
                             .benchmark = name,
                             .counter = "us_per_call",
                             .asked = asked,
                             .at_least = false,
                             .unit = "us",
                             .scale = 1};
    };
    return bench::run_figures(
        argc, argv,
        {call("a null call, 3g1g", "3g1g", 8), call("a null call, 4g4g", "4g4g", 12),
         call("a null call, x64", "x64", 8), call("a null call, x64-kpti", "x64-kpti", 12),
         call("a null call, x64-kpti with PCID", "x64-kpti,pcid=on", 12),
         call("the same with three pages touched, 4g4g", "4g4g/three_pages", 12),
         call("the same with three conflicting pages, 4g4g", "4g4g/three_conflicts", 37)});
}
