#pragma once
// Far JMP and CALL through a call gate (SDM volume 3, section 6.8.4 and 6.8.5): the offset in the
// instruction is ignored, and a CALL to a more privileged ring takes that ring's stack from the TSS
// and copies the parameters to it.
#include "seg/descriptor_table.hpp"
#include "seg/far_transfer.hpp"

namespace ringside::seg {

// `fetched` is the gate's descriptor, known to be a call gate. False: `check` holds the fault.
[[nodiscard]] bool through_call_gate(Checker& check, SegmentState const& state,
                                     LinearMemory& memory, FetchedDescriptor& fetched,
                                     FarTransfer& record);

} // namespace ringside::seg
