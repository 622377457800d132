#pragma once
// Replays cases of every kind on the whole machine: the stub's bytes run in the engine, and what
// the models decide is delivered through an IDT to a handler that halts.
#include "core/vectors/machine_world.hpp"
#include "core/vectors/verdict.hpp"

namespace ringside::vectors {

// Keeps one machine for all the cases it is asked about.
class MachineJudge {
public:
    // Compares what the replay by the models compares, as the frame and memory show it. Throws
    // HostError for a case that the machine cannot hold.
    [[nodiscard]] Verdict operator()(VectorCase const& given);

private:
    MachineWorld world_;
};

} // namespace ringside::vectors
