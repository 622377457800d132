#include "seg/segment_access.hpp"

#include "seg/checker.hpp"
#include "seg/descriptor_table.hpp"

namespace ringside::seg {

bool within_limit(SegmentRegister const& segment, u64 offset, u32 size) {
    u64 const last = offset + size - 1;
    if (segment.descriptor.expand_down()) {
        u64 const top = segment.descriptor.default_big() ? 0xffffffff : 0xffff;
        return offset > segment.limit && last <= top;
    }
    return last <= segment.limit;
}

namespace {

using enum ExceptionVector;

bool check_type(Checker& check, SegmentRegister const& segment, SegmentAccessType type,
                ExceptionVector vector) {
    SegmentDescriptor const descriptor = segment.descriptor;
    switch (type) {
    case SegmentAccessType::Read:
        return check.require(rules::access_readable, descriptor.readable(), vector);
    case SegmentAccessType::Write:
        return check.require(rules::access_writable, descriptor.writable(), vector);
    case SegmentAccessType::Fetch:
        return true; // asked when CS was loaded; RESET and real mode leave a data segment in it
    }
    return false;
}

// 64-bit mode: no limits, no types, and a base only in FS and GS (SDM volume 3, section 3.4.4).
void access_64bit(Checker& check, SegmentAccess& record, SegmentRegister const& segment) {
    bool const based = record.name == SegmentName::FS || record.name == SegmentName::GS;
    u64 const first = (based ? segment.base : 0) + record.offset;
    bool const canonical = is_canonical(first) && is_canonical(first + record.size - 1);
    ExceptionVector const vector = record.name == SegmentName::SS ? SS : GP;
    if (check.require(rules::access_canonical, canonical, vector)) {
        record.outcome = LinearAddress{first};
    } else {
        record.outcome = check.fault();
    }
}

} // namespace

SegmentAccess access(SegmentState const& state, u64 rflags, SegmentName name, u64 offset, u32 size,
                     SegmentAccessType type) {
    SegmentAccess record{.name = name, .offset = offset, .size = size, .type = type};
    Checker check{record.checks};
    SegmentRegister const& segment = state[name];
    Mode const mode = state.mode(rflags);
    if (mode == Mode::Long64) {
        access_64bit(check, record, segment);
        return record;
    }
    // Real and virtual-8086 mode know no types: CS is written like any other segment.
    bool const typed = mode == Mode::Protected || mode == Mode::Compatibility;
    ExceptionVector const vector = name == SegmentName::SS ? SS : GP;
    u64 const offset32 = offset & low_mask(32);
    bool const allowed =
        check.require(rules::access_usable, segment.usable, vector) &&
        (!typed || check_type(check, segment, type, vector)) &&
        check.require(rules::access_limit, within_limit(segment, offset32, size), vector);
    if (allowed) {
        record.outcome = LinearAddress{(segment.base + offset32) & low_mask(32)};
    } else {
        record.outcome = check.fault();
    }
    return record;
}

} // namespace ringside::seg
