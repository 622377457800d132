#pragma once
// The checks of a stack segment, the same for MOV SS (#GP), a stack taken from the TSS (#TS) and a
// return to an outer ring (#GP): only the vector differs (SDM volume 3, section 6.7 and 6.8.5).
#include "seg/descriptor_table.hpp"

namespace ringside::seg {

// `selector` is not null. Not present is #SS(selector) in all three.
[[nodiscard]] bool check_stack_segment(Checker& check, SegmentState const& state,
                                       LinearMemory& memory, Selector selector, Ring ring,
                                       ExceptionVector vector, FetchedDescriptor& into);

// The stack of a more privileged ring, as the TSS names it.
struct InnerStack {
    SegmentRegister ss{};
    u64 sp = 0;
    FetchedDescriptor fetched{}; // protected mode; IA-32e mode makes SS null instead
    bool fetched_any = false;
};

// Reads SS:ESP of `ring` (IA-32e mode: RSP of `ring`, or of interrupt stack `ist` when that is not
// 0) and checks it.
[[nodiscard]] bool take_inner_stack(Checker& check, SegmentState const& state, LinearMemory& memory,
                                    Ring ring, u8 ist, InnerStack& into);

} // namespace ringside::seg
