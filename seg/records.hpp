#pragma once
// What every segmentation record is made of: the checks in the manual's order, the descriptors
// read, the writes it wants to make (accessed bits, busy bits, pushes), and the outcome. Deciding
// and committing are two functions.
#include "core/x86/address.hpp"
#include "core/x86/fault.hpp"
#include "core/x86/fixed_vector.hpp"
#include "core/x86/memory.hpp"
#include "core/x86/result.hpp"
#include "core/x86/rule.hpp"
#include "seg/segment_register.hpp"

#include <vector>

namespace ringside::seg {

using CheckList = FixedVector<Check, 24>;

// One write a record wants to make: a descriptor's accessed or busy bit, or a push. Already probed:
// cannot fault.
struct LinearWrite {
    LinearAddress address{};
    u64 value = 0;
    u8 size = 0;
    Privilege privilege = Privilege::ImplicitSupervisor;
};
using WriteList = std::vector<LinearWrite>;

// Makes the writes of a record. A record that faulted lists none, but for the one case its header
// names.
void commit(WriteList const& writes, LinearMemory& memory);

// Where execution goes on: the five registers a transfer changes.
struct ControlState {
    SegmentRegister cs{};
    SegmentRegister ss{};
    u64 ip = 0;
    u64 sp = 0;
    u64 rflags = 0;
    Ring cpl = Ring::R0;
};

// Puts the segment part of a transfer's outcome (CS, SS, CPL) into the state; IP, SP and RFLAGS are
// the caller's.
void apply(ControlState const& next, SegmentState& state);

} // namespace ringside::seg
