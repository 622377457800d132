#pragma once
#include "core/cpu.hpp"

#include <memory>

#include "bench/loops.hpp"

namespace ringside::bench {

// A flat 32-bit user, with the loop's registers.
[[nodiscard]] Cpu user_cpu();

// Unicorn as it comes: no hooks, no paging, no counting.
[[nodiscard]] std::unique_ptr<Runner> bare_runner(Loop const& loop);
// The same in our posture: 64-bit engine, compatibility code at level 3, hidden page tables.
[[nodiscard]] std::unique_ptr<Runner> posture_runner(Loop const& loop);
// Our engine: hidden page tables, and every instruction counted.
[[nodiscard]] std::unique_ptr<Runner> counted_runner(Loop const& loop);
// Our engine, one instruction at a time.
[[nodiscard]] std::unique_ptr<Runner> stepped_runner(Loop const& loop);

} // namespace ringside::bench
