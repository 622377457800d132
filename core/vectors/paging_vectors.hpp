#pragma once
// Replays the cases that paging decides (kinds p32, pae, p64): each access of the case's
// instruction goes through `mmu::Mmu`, as in the running machine.
#include "core/vectors/vector_case.hpp"
#include "core/vectors/verdict.hpp"

namespace ringside::vectors {

// Compares the outcome, the faulting instruction and every word of memory afterwards. Left out, as
// processors and emulators differ in them: accessed bits of entries that a refused walk passed
// through, and which byte of a descriptor CR2 names after its accessed bit could not be set.
[[nodiscard]] Verdict replay_paging(VectorCase const& given);

} // namespace ringside::vectors
