#pragma once
#include <memory>

#include "bench/loops.hpp"

namespace ringside::bench {

// Unicorn as it comes: no hooks, no paging, no counting.
[[nodiscard]] std::unique_ptr<Runner> bare_runner(Loop const& loop);
// Our engine: hidden page tables, and every instruction counted.
[[nodiscard]] std::unique_ptr<Runner> counted_runner(Loop const& loop);
// Our engine, one instruction at a time.
[[nodiscard]] std::unique_ptr<Runner> stepped_runner(Loop const& loop);

} // namespace ringside::bench
