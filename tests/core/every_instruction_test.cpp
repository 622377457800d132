// The law of the engine: the state after N instructions is the same by single steps, by a free run
// to N, and by going back from the end.
#include "core/machine.hpp"
#include "core/session.hpp"
#include "tests/core/guests.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

namespace ringside {

namespace {

// By instruction number: the hash of the first state with so many retired.
struct Reference {
    std::vector<u64> hashes;
};

// Pure stepping, never more than one instruction in the engine. Hashing takes longer than that, so
// it is left to the numbers that are wanted; the others are 0.
Reference step_through(MachineConfig const& config, std::set<u64> const& wanted) {
    Machine machine{config};
    Reference reference;
    auto const hash = [&] { return wanted.contains(machine.insns()) ? machine.state_hash() : 0; };
    reference.hashes.push_back(hash());
    while (!machine.end()) {
        machine.step();
        if (machine.insns() == reference.hashes.size()) {
            if (reference.hashes.size() % 64 == 0) { // keeps the hash of RAM incremental
                static_cast<void>(machine.ram().take_image());
                machine.note_writable_frames();
            }
            reference.hashes.push_back(hash());
        }
    }
    return reference;
}

// Instructions of the whole run.
u64 length_of(MachineConfig const& config) {
    Machine machine{config};
    machine.run_until_insn(~u64{0});
    REQUIRE(machine.end());
    return machine.insns();
}

// Instructions before the first one at CPL 3.
u64 step_to_user(MachineConfig const& config) {
    Machine machine{config};
    while (machine.cpu().cpl() != Ring::R3) {
        machine.step();
    }
    return machine.insns();
}

std::set<u64> random_numbers(u64 from, u64 to, std::size_t count) {
    std::mt19937_64 random{from * 31 + to};
    std::uniform_int_distribution<u64> any{from, to};
    std::set<u64> numbers;
    while (numbers.size() < std::min<u64>(count, to - from + 1)) {
        numbers.insert(any(random));
    }
    return numbers;
}

// Free runs to each of the numbers. One in sixteen begins at instruction number `from`, the others
// where a free run has been before, so that long and short ones are tried and the whole does not
// take a quarter of an hour.
void check_free_runs(MachineConfig const& config, Reference const& reference,
                     std::set<u64> const& numbers, u64 from = 0) {
    struct Start {
        Ram::Image memory;
        MachineState state;
    };
    constexpr unsigned long_runs = 16;
    Machine machine{config};
    machine.run_until_insn(from);
    auto const here = [&] {
        return Start{.memory = machine.ram().take_image(), .state = machine.save()};
    };
    Start const first = here();
    Start latest = first;
    unsigned run = 0;
    for (u64 const number : numbers) { // in rising order
        bool const is_long = ++run % long_runs == 0;
        Start const& start = is_long ? first : latest;
        machine.ram().restore_image(start.memory);
        machine.restore(start.state);
        machine.run_until_insn(number);
        CAPTURE(number);
        CAPTURE(is_long);
        REQUIRE(machine.insns() == number);
        REQUIRE(machine.state_hash() == reference.hashes[number]);
        if (is_long) {
            latest = here();
        }
    }
}

// A recorded run, gone back through from its end.
void check_going_back(MachineConfig const& config, Reference const& reference,
                      std::set<u64> const& numbers) {
    Session session{config};
    RunEnd const& end = session.record(10'000'000);
    REQUIRE(end.kind == EndKind::Exited);
    REQUIRE(end.insns + 1 == reference.hashes.size());
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
        session.go_to_insn(*number);
        CAPTURE(*number);
        REQUIRE(session.insns() == *number);
        REQUIRE(session.state_hash() == reference.hashes[*number]);
    }
}

std::set<u64> all_numbers(u64 from, u64 to) {
    std::set<u64> numbers;
    for (u64 number = from; number <= to; ++number) {
        numbers.insert(numbers.end(), number);
    }
    return numbers;
}

} // namespace

TEST_CASE("some instruction numbers of each sample: stepped, run freely, gone back to") {
    MachineConfig with_pcid = tests::guest("pages", Split::X64Kpti);
    with_pcid.features["pcid"] = "on";
    for (MachineConfig const& config :
         {tests::guest("hello", Split::ThreeOne), tests::guest("pages", Split::FourFour),
          tests::guest("pages", Split::Segmented), tests::guest("pages", Split::X64Kpti),
          with_pcid}) {
        CAPTURE(config.program_name);
        CAPTURE(to_string(config.split));
        u64 const last = length_of(config);
        std::set<u64> numbers = random_numbers(0, last, 60);
        numbers.merge(random_numbers(last - last / 4, last, 60)); // the program runs there
        Reference const reference = step_through(config, numbers);
        check_free_runs(config, reference, numbers);
        check_going_back(config, reference, numbers);
    }
}

// What is left to the whole law is the same for other kernels.
namespace {

void check_every_user_instruction(Split split) {
    CAPTURE(to_string(split));
    MachineConfig const config = tests::guest("hello", split);
    u64 const first_user = step_to_user(config);
    REQUIRE(first_user > 1000);
    std::set<u64> const numbers = all_numbers(first_user, length_of(config));
    Reference const reference = step_through(config, numbers);
    check_free_runs(config, reference, numbers, first_user);
    check_going_back(config, reference, numbers);
}

void check_a_thousand_of_each(Split split) {
    CAPTURE(to_string(split));
    MachineConfig const config = tests::guest("pages", split);
    u64 const last = length_of(config);
    u64 const first_user = step_to_user(config);
    std::set<u64> numbers = random_numbers(0, first_user, 1000);
    numbers.merge(random_numbers(first_user, last, 1000));
    Reference const reference = step_through(config, numbers);
    check_free_runs(config, reference, numbers);
    check_going_back(config, reference, numbers);
}

} // namespace

TEST_CASE("slow: every instruction number of hello from its first user instruction to its exit" *
          doctest::skip()) {
    check_every_user_instruction(Split::ThreeOne);
    check_every_user_instruction(Split::FourFour);
}

TEST_CASE("slow: a thousand random instruction numbers of the boot and of pages" *
          doctest::skip()) {
    check_a_thousand_of_each(Split::ThreeOne);
    check_a_thousand_of_each(Split::FourFour);
}

TEST_CASE("whole: the same in the other kernels" * doctest::skip()) {
    check_every_user_instruction(Split::Segmented);
    check_a_thousand_of_each(Split::Segmented);
    check_a_thousand_of_each(Split::X64);
}

} // namespace ringside
