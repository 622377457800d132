#include "seg/outer_return.hpp"

#include "seg/code_segment.hpp"

namespace ringside::seg {

using enum ExceptionVector;

bool check_outer_stack(Checker& check, SegmentState const& state, LinearMemory& memory,
                       WriteList& writes, Selector selector, FetchedDescriptor const& code,
                       Ring ring, SegmentRegister& into) {
    if (selector.is_null()) {
        into = null_segment(selector, ring);
        if (!is_64bit_code(state, code.descriptor)) {
            return check.require(rules::stack_not_null, false, GP);
        }
        return check.require(rules::stack_null_allowed, ring != Ring::R3, GP);
    }
    FetchedDescriptor fetched;
    if (!check_stack_segment(check, state, memory, selector, ring, GP, fetched) ||
        !mark_accessed(check, memory, writes, fetched)) {
        return false;
    }
    into = loaded_segment(selector, fetched.descriptor);
    return true;
}

u64 outer_pointer(SegmentRegister const& ss, bool wide, u64 before, u64 popped) {
    if (wide) {
        return popped;
    }
    return ss.descriptor.default_big() ? popped & low_mask(32)
                                       : (before & 0xffff0000) | (popped & low_mask(16));
}

FixedVector<SegmentName, 4> segments_to_null(SegmentState const& state, Ring ring) {
    FixedVector<SegmentName, 4> names;
    for (SegmentName const name :
         {SegmentName::ES, SegmentName::FS, SegmentName::GS, SegmentName::DS}) {
        SegmentRegister const& segment = state[name];
        if (segment.usable && !segment.descriptor.conforming() && segment.descriptor.dpl() < ring) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace ringside::seg
