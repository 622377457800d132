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

struct Reference {
    std::vector<u64> hashes;    // by instruction number: of the first state with so many retired
    std::size_t first_user = 0; // instructions retired before the first one at CPL 3
};

// Pure stepping, never more than one instruction in the engine.
Reference step_through(MachineConfig const& config) {
    Machine machine{config};
    Reference reference;
    reference.hashes.push_back(machine.state_hash());
    while (!machine.end()) {
        machine.step();
        if (machine.insns() == reference.hashes.size()) {
            if (reference.hashes.size() % 64 == 0) { // keeps the hash of RAM incremental
                static_cast<void>(machine.ram().take_image());
                machine.note_writable_frames();
            }
            reference.hashes.push_back(machine.state_hash());
        }
        if (reference.first_user == 0 && machine.cpu().cpl() == Ring::R3) {
            reference.first_user = machine.insns();
        }
    }
    return reference;
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

// Free runs, each from instruction number `from` to N without a stop.
void check_free_runs(MachineConfig const& config, Reference const& reference,
                     std::set<u64> const& numbers, u64 from = 0) {
    Machine machine{config};
    machine.run_until_insn(from);
    Ram::Image const memory = machine.ram().take_image();
    MachineState const reset = machine.save();
    for (u64 const number : numbers) {
        machine.ram().restore_image(memory);
        machine.restore(reset);
        machine.run_until_insn(number);
        CAPTURE(number);
        REQUIRE(machine.insns() == number);
        REQUIRE(machine.state_hash() == reference.hashes[number]);
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
    for (auto const& each :
         {std::pair{"hello", Split::ThreeOne}, std::pair{"pages", Split::FourFour}}) {
        char const* const program = each.first;
        Split const split = each.second;
        CAPTURE(program);
        CAPTURE(to_string(split));
        MachineConfig const config = tests::guest(program, split);
        Reference const reference = step_through(config);
        u64 const last = reference.hashes.size() - 1;
        check_free_runs(config, reference, random_numbers(0, last, 40));
        check_going_back(config, reference, random_numbers(0, last, 40));
        check_going_back(config, reference, random_numbers(reference.first_user, last, 40));
    }
}

TEST_CASE("slow: every instruction number of hello from its first user instruction to its exit" *
          doctest::skip()) {
    for (Split const split : {Split::ThreeOne, Split::FourFour}) {
        CAPTURE(to_string(split));
        MachineConfig const config = tests::guest("hello", split);
        Reference const reference = step_through(config);
        u64 const last = reference.hashes.size() - 1;
        REQUIRE(reference.first_user > 1000);
        std::set<u64> const numbers = all_numbers(reference.first_user, last);
        check_free_runs(config, reference, numbers, reference.first_user);
        check_going_back(config, reference, numbers);
    }
}

TEST_CASE("slow: a thousand random instruction numbers of the boot and of pages" *
          doctest::skip()) {
    for (Split const split : {Split::ThreeOne, Split::FourFour}) {
        CAPTURE(to_string(split));
        MachineConfig const config = tests::guest("pages", split);
        Reference const reference = step_through(config);
        u64 const last = reference.hashes.size() - 1;
        for (std::set<u64> const& numbers : {random_numbers(0, reference.first_user, 1000),
                                             random_numbers(reference.first_user, last, 1000)}) {
            check_free_runs(config, reference, numbers);
            check_going_back(config, reference, numbers);
        }
    }
}

} // namespace ringside
