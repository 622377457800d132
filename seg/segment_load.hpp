#pragma once
// Loading a segment register by MOV, POP, LDS..LGS (SDM volume 2, "MOV", and volume 3, section 5.5
// ff.), and LDTR and TR by LLDT, LTR.
#include "seg/records.hpp"

#include <optional>

namespace ringside::seg {

struct SegmentLoad {
    SegmentName name = SegmentName::DS;
    Selector selector{};
    SegmentDescriptor descriptor{}; // 0 when none was read
    CheckList checks{};
    WriteList writes{}; // the accessed bit
    Result<SegmentRegister, Fault> outcome = SegmentRegister{};
};

// Decides. ES, SS, DS, FS, GS only: CS is loaded by far transfers. `rflags` tells virtual-8086
// mode.
[[nodiscard]] SegmentLoad load_segment(SegmentState const& state, LinearMemory& memory, u64 rflags,
                                       SegmentName name, Selector selector);
[[nodiscard]] SegmentLoad load_ldtr(SegmentState const& state, LinearMemory& memory,
                                    Selector selector);
[[nodiscard]] SegmentLoad load_tr(SegmentState const& state, LinearMemory& memory,
                                  Selector selector);

// LAR, LSL, VERR, VERW (SDM volume 2): what they would answer; ZF clear when not `valid`.
struct SelectorQuery {
    bool valid = false;
    u32 access_rights = 0;      // LAR
    u32 limit = 0;              // LSL
    std::optional<Fault> fault; // a page fault while the descriptor was read
};
enum class SelectorQuestion : u8 { LAR, LSL, VERR, VERW };
[[nodiscard]] SelectorQuery query_selector(SegmentState const& state, LinearMemory& memory,
                                           SelectorQuestion question, Selector selector);

} // namespace ringside::seg
