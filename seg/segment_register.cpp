#include "seg/segment_register.hpp"

namespace ringside::seg {

namespace {

// Present, S = 1, data, writable, accessed.
constexpr u64 writable_data = u64{0x93} << 40U;
constexpr u64 dpl_3 = u64{3} << 45U;

// A raw descriptor's base fields for a base below 1 MiB.
constexpr u64 base_field(u64 base) {
    return base << 16U;
}

} // namespace

std::string_view to_string(SegmentName name) {
    static constexpr std::array<std::string_view, 6> names{"es", "cs", "ss", "ds", "fs", "gs"};
    return names[static_cast<std::size_t>(name)];
}

SegmentRegister loaded_segment(Selector selector, SegmentDescriptor descriptor) {
    u64 const accessed = u64{1} << 40U;
    return SegmentRegister{.selector = selector,
                           .base = descriptor.base(),
                           .limit = descriptor.limit(),
                           .descriptor = SegmentDescriptor{descriptor.raw | accessed},
                           .usable = true};
}

SegmentRegister null_segment(Selector selector, Ring dpl) {
    return SegmentRegister{.selector = selector,
                           .descriptor = SegmentDescriptor{u64{number(dpl)} << 45U}};
}

SegmentRegister real_segment(Selector selector, SegmentRegister const& before) {
    u64 const base = u64{selector.raw} << 4U;
    // Type, G, D/B and the limit stay; a register that held nothing has a type to begin with.
    u64 const kept = before.usable ? before.descriptor.raw : writable_data;
    u64 const attributes = kept & ~(u64{0xff} << 56U | u64{0xffffff} << 16U);
    return SegmentRegister{.selector = selector,
                           .base = base,
                           .limit = before.limit,
                           .descriptor = SegmentDescriptor{attributes | base_field(base)},
                           .usable = true};
}

SegmentRegister virtual8086_segment(Selector selector) {
    u64 const base = u64{selector.raw} << 4U;
    return SegmentRegister{.selector = selector,
                           .base = base,
                           .limit = 0xffff,
                           .descriptor =
                               SegmentDescriptor{writable_data | dpl_3 | base_field(base) | 0xffff},
                           .usable = true};
}

Mode SegmentState::mode(u64 flags) const {
    if (!protection) {
        return Mode::Real;
    }
    if (long_mode_active) {
        return (*this)[SegmentName::CS].descriptor.long_mode() ? Mode::Long64 : Mode::Compatibility;
    }
    constexpr u64 vm = u64{1} << 17U;
    return (flags & vm) != 0 ? Mode::Virtual8086 : Mode::Protected;
}

} // namespace ringside::seg
