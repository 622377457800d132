#pragma once
// The half of a return that far RET and IRET share: the outer ring's stack, and the data segments
// it may not keep (SDM volume 3, section 6.8.6; volume 2, "RET" and "IRET").
#include "seg/records.hpp"
#include "seg/stack_segment.hpp"

namespace ringside::seg {

// SS as popped, for code of `ring` in `code`. Only 64-bit code outside ring 3 may get a null one.
[[nodiscard]] bool check_outer_stack(Checker& check, SegmentState const& state,
                                     LinearMemory& memory, WriteList& writes, Selector selector,
                                     FetchedDescriptor const& code, Ring ring,
                                     SegmentRegister& into);

// The pointer as popped, into a stack of 64, 32 or 16 bits: a 16-bit one leaves the upper half of
// ESP as it was.
[[nodiscard]] u64 outer_pointer(SegmentRegister const& ss, bool wide, u64 before, u64 popped);

// ES, FS, GS and DS that the ring may not use: data or nonconforming code with DPL < ring.
[[nodiscard]] FixedVector<SegmentName, 4> segments_to_null(SegmentState const& state, Ring ring);

} // namespace ringside::seg
