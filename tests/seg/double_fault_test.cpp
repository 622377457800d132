// The double-fault table, every pair of vectors (SDM volume 3, section 7.15, table 7-5).
#include "seg/interrupt_delivery.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

namespace ringside::seg::double_fault_test {
namespace {

using enum ExceptionVector;

constexpr std::array all_vectors{DE, DB, NMI, BP, OF, BR, UD, NM, DF,
                                 TS, NP, SS,  GP, PF, MF, AC, MC, XM};

// The table as the manual prints it: a row for each first event, a column for each second one, in
// the order of `all_vectors`. s: one after the other; D: double fault; X: shutdown.
constexpr std::array<std::string_view, 18> manual{
    // DE DB NMI BP OF BR UD NM DF TS NP SS GP PF MF AC MC XM
    "D s s s s s s s s D D D D s s s s s", // DE
    "s s s s s s s s s s s s s s s s s s", // DB
    "s s s s s s s s s s s s s s s s s s", // NMI
    "s s s s s s s s s s s s s s s s s s", // BP
    "s s s s s s s s s s s s s s s s s s", // OF
    "s s s s s s s s s s s s s s s s s s", // BR
    "s s s s s s s s s s s s s s s s s s", // UD
    "s s s s s s s s s s s s s s s s s s", // NM
    "X s s s s s s s X X X X X X s s s s", // DF
    "D s s s s s s s s D D D D s s s s s", // TS
    "D s s s s s s s s D D D D s s s s s", // NP
    "D s s s s s s s s D D D D s s s s s", // SS
    "D s s s s s s s s D D D D s s s s s", // GP
    "D s s s s s s s s D D D D D s s s s", // PF
    "s s s s s s s s s s s s s s s s s s", // MF
    "s s s s s s s s s s s s s s s s s s", // AC
    "s s s s s s s s s s s s s s s s s s", // MC
    "s s s s s s s s s s s s s s s s s s", // XM
};

char letter(Escalation escalation) {
    switch (escalation) {
    case Escalation::HandleSecond:
        return 's';
    case Escalation::DoubleFault:
        return 'D';
    case Escalation::Shutdown:
        return 'X';
    }
    return '?';
}

TEST_CASE("double fault: every pair of exceptions becomes what the manual's table says") {
    for (std::size_t first = 0; first < all_vectors.size(); ++first) {
        for (std::size_t second = 0; second < all_vectors.size(); ++second) {
            INFO(mnemonic(all_vectors[second]), " while delivering ", mnemonic(all_vectors[first]));
            CHECK(letter(escalate(all_vectors[first], all_vectors[second])) ==
                  manual[first][second * 2]);
        }
    }
}

TEST_CASE("double fault: a vector that the architecture reserves is benign") {
    for (unsigned raw = 19; raw < 256; ++raw) {
        auto const reserved = static_cast<ExceptionVector>(raw);
        CHECK(escalate(reserved, GP) == Escalation::HandleSecond);
        CHECK(escalate(PF, reserved) == Escalation::HandleSecond);
    }
}

} // namespace
} // namespace ringside::seg::double_fault_test
