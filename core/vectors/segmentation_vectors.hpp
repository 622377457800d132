#pragma once
// Replays cases of the kinds seg, segu and xfer through the segmentation model: selector queries, a
// segment load and an access, or a far JMP, CALL, RETF or IRET and the fetch at its target.
#include "core/vectors/vector_case.hpp"
#include "core/vectors/verdict.hpp"

namespace ringside::vectors {

// Does the model do what the processor did? The reason names the rule by which the model refused.
// Throws HostError when the stub is none that such a case can have.
[[nodiscard]] Verdict replay_segmentation(VectorCase const& vector);

} // namespace ringside::vectors
