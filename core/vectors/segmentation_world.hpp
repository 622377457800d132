#pragma once
// The machine in which the segmentation cases were recorded: its memory as segmentation sees it,
// and the state of its segment registers when the stub starts (FORMAT of the vectors, "Input").
#include "core/vectors/vector_case.hpp"
#include "core/x86/memory.hpp"
#include "seg/records.hpp"

#include <map>

namespace ringside::vectors {

// Linear 0..0xfffff is supervisor memory at the same physical address, the page at 0x400000 is user
// memory at physical 0x8000, and nothing else is mapped: what gets past every segment check ends
// in #PF, whose CR2 tells the linear address.
class SegmentationMemory final : public LinearMemory {
public:
    [[nodiscard]] Result<u64, Fault> read(LinearAddress address, unsigned size,
                                          Privilege privilege) override;
    [[nodiscard]] Result<Done, Fault> probe_write(LinearAddress address, unsigned size,
                                                  Privilege privilege) override;
    void write(LinearAddress address, unsigned size, u64 value, Privilege privilege) override;

    // The 8 bytes at a multiple of 8; what was never written is 0.
    [[nodiscard]] u64 word(PhysicalAddress address) const;
    void set_word(PhysicalAddress address, u64 value);

private:
    std::map<u64, u64> words_; // by physical address, a multiple of 8
};

struct SegmentationWorld {
    SegmentationMemory memory;
    seg::SegmentState state;
    seg::ControlState control; // IP: the first instruction of the stub
};

// Throws HostError for a state that such a machine cannot have.
[[nodiscard]] SegmentationWorld start_world(VectorCase const& vector);

} // namespace ringside::vectors
