#include "core/decoder/block_scan.hpp"

#include "core/decoder/decode.hpp"
#include "core/decoder/sensitivity.hpp"

namespace ringside {

BlockScan scan_block(std::span<u8 const> bytes, CodeSize size, GuardedKinds guarded) {
    BlockScan scan{};
    std::size_t offset = 0;
    while (offset < bytes.size()) {
        Instruction const instruction = decode(bytes.subspan(offset), size);
        ++scan.instructions;
        scan.last_offset = static_cast<u32>(offset);
        scan.starts |= offset < 64 ? u64{1} << offset : 0;
        scan.ends_in_rep = repeats(instruction);
        if (leaks(instruction) || loads_mxcsr(instruction) || needs_alignment(instruction) ||
            pushes_before_it_branches(instruction) || can_stop_halfway(instruction) ||
            loses_flags(instruction) || (guarded.overrides && overrides_segment(instruction)) ||
            (guarded.several && makes_several_accesses(instruction)) ||
            (guarded.calls && instruction.flow == Flow::Call)) {
            scan.leak_offsets.push_back(scan.last_offset);
        }
        if (!is_complete(instruction)) {
            return scan;
        }
        offset += instruction.length;
    }
    scan.complete = true;
    return scan;
}

u32 count_until(std::span<u8 const> bytes, CodeSize size, u32 offset) {
    u32 count = 0;
    std::size_t position = 0;
    while (position < offset && position < bytes.size()) {
        Instruction const instruction = decode(bytes.subspan(position), size);
        ++count;
        if (!is_complete(instruction)) {
            break;
        }
        position += instruction.length;
    }
    return count;
}

} // namespace ringside
