#pragma once
// The segment registers of SYSENTER, SYSEXIT, SYSCALL and SYSRET. They read no descriptor: selector
// and hidden part are made up from an MSR, and the tables had better agree (SDM volume 2, at each
// of the four; volume 3, sections 6.8.7 and 6.8.8).
#include "seg/segment_register.hpp"

namespace ringside::seg {

struct FastSegments {
    SegmentRegister cs;
    SegmentRegister ss;
};

enum class FastCode : u8 { Bits32, Bits64 }; // what the new code segment says of itself

// Flat, present, accessed; the RPL of both selectors becomes `ring`.
[[nodiscard]] FastSegments fast_segments(u16 code, u16 stack, Ring ring, FastCode size);

// Where each finds its selectors.
[[nodiscard]] FastSegments sysenter_segments(u64 sysenter_cs, FastCode size);
[[nodiscard]] FastSegments sysexit_segments(u64 sysenter_cs, FastCode size);
[[nodiscard]] FastSegments syscall_segments(u64 star);
[[nodiscard]] FastSegments sysret_segments(u64 star, FastCode size);

} // namespace ringside::seg
