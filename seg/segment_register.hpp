#pragma once
// A segment register: the visible selector and the hidden part, the descriptor cache (SDM volume 3,
// section 3.4.3). In real and virtual-8086 mode the hidden part is made from the selector; after
// that all modes use it alike.
#include "core/x86/integers.hpp"
#include "seg/segment_descriptor.hpp"
#include "seg/selector.hpp"

#include <array>
#include <string_view>

namespace ringside::seg {

enum class SegmentName : u8 { ES, CS, SS, DS, FS, GS };     // the manual's encoding (Sreg)
[[nodiscard]] std::string_view to_string(SegmentName name); // "es" ...

struct SegmentRegister {
    Selector selector{};
    u64 base = 0;
    u32 limit = 0;                  // last valid offset, in bytes
    SegmentDescriptor descriptor{}; // attributes as loaded (raw base and limit inside may be
                                    // ignored: use the two above)
    bool usable = false;            // false after loading a null selector
    friend bool operator==(SegmentRegister const&, SegmentRegister const&) = default;
};

// The register as each kind of load makes it (SDM volume 3, section 3.4.3 and 21.1.1; volume
// 3B, 22.2.1): from a descriptor, marked accessed;
[[nodiscard]] SegmentRegister loaded_segment(Selector selector, SegmentDescriptor descriptor);
// null: not usable. In 64-bit mode a null SS still holds the ring it belongs to in its DPL;
[[nodiscard]] SegmentRegister null_segment(Selector selector, Ring dpl = Ring::R0);
// in real mode: base 16 * selector, while limit, type and D/B stay as they were ("big real mode");
[[nodiscard]] SegmentRegister real_segment(Selector selector, SegmentRegister const& before);
// in virtual-8086 mode: 64 KiB of writable ring-3 data at 16 * selector, CS too.
[[nodiscard]] SegmentRegister virtual8086_segment(Selector selector);

// GDTR and IDTR: linear base and 16-bit limit (last valid byte).
struct TableRegister {
    u64 base = 0;
    u16 limit = 0;
    friend bool operator==(TableRegister const&, TableRegister const&) = default;
};

enum class Mode : u8 { Real, Virtual8086, Protected, Compatibility, Long64 };

// All that segmentation reads of the processor; its records carry what to change.
struct SegmentState {
    std::array<SegmentRegister, 6> registers{}; // by SegmentName
    SegmentRegister ldtr{};
    SegmentRegister tr{};
    TableRegister gdtr{};
    TableRegister idtr{};
    Ring cpl = Ring::R0;
    bool protection = false;       // CR0.PE
    bool long_mode_active = false; // EFER.LMA
    [[nodiscard]] SegmentRegister const& operator[](SegmentName name) const {
        return registers[static_cast<std::size_t>(name)];
    }
    [[nodiscard]] SegmentRegister& operator[](SegmentName name) {
        return registers[static_cast<std::size_t>(name)];
    }
    [[nodiscard]] Mode mode(u64 rflags) const;
    friend bool operator==(SegmentState const&, SegmentState const&) = default;
};

} // namespace ringside::seg
