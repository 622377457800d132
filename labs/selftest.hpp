#pragma once
// Does the grader grade? The reference solution must get everything, the skeleton what lab.toml
// says, and every wrong solution must lose exactly the tests that it is there for: a harness that
// cannot fail is worthless.
#include "labs/grader.hpp"

namespace ringside::labs {

struct SelftestLine {
    std::string subject; // "solution", "skeleton", "mutants/no_carry.c"
    std::string mistake;
    bool good = false;
    double score = 0;
    double max = 0;
    std::vector<std::string> complaints; // "passes flat.wrap, which it should lose"
};

// Each subject with each seed, one line each time.
[[nodiscard]] std::vector<SelftestLine> selftest(Lab const& lab, std::vector<Seed> const& seeds,
                                                 GradingPlaces const& places);

} // namespace ringside::labs
