#pragma once
// The checks of a code segment as the target of a gate, a direct far transfer or a return (SDM
// volume 3, section 6.8).
#include "seg/descriptor_table.hpp"

namespace ringside::seg {

// Will code in this segment run in 64-bit mode?
[[nodiscard]] inline bool is_64bit_code(SegmentState const& state, SegmentDescriptor descriptor) {
    return state.long_mode_active && descriptor.long_mode();
}

// What passes through a gate: a CALL or an interrupt may enter a more privileged ring, a JMP stays
// in its own.
enum class GatePassage : u8 { Call, Jump };

// The target of an interrupt, trap or call gate: not null, code, of a ring the passage may enter,
// 64-bit in IA-32e mode, present.
[[nodiscard]] bool check_gate_target(Checker& check, SegmentState const& state,
                                     LinearMemory& memory, Selector selector, Ring cpl,
                                     GatePassage passage, FetchedDescriptor& into);
// The target of a direct far JMP or CALL, already fetched and known to be code.
[[nodiscard]] bool check_direct_target(Checker& check, SegmentState const& state,
                                       FetchedDescriptor const& target, Ring cpl);
// Where RET and IRET go: the selector as popped, its RPL being the ring returned to.
[[nodiscard]] bool check_return_target(Checker& check, SegmentState const& state,
                                       LinearMemory& memory, Selector selector, Ring cpl,
                                       FetchedDescriptor& into);
// The first instruction: within the limit, or canonical for 64-bit code.
[[nodiscard]] bool check_entry_point(Checker& check, SegmentState const& state,
                                     SegmentDescriptor descriptor, u64 ip);

} // namespace ringside::seg
