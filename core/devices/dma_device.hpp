#pragma once
// dma0: fills memory by physical address, some instructions after it was told to, and raises a line
// (kernel_stub/abi/dma.h). It shows what a processor's page tables, TLB and debug registers do not
// see.
#include "core/devices/device.hpp"
#include "core/ram.hpp"
#include "kernel_stub/abi/dma.h"

#include <utility>

namespace ringside {

class DmaDevice final : public Device {
public:
    DmaDevice(Ram& ram, InterruptLines& lines);

    // What it wrote since this was last asked.
    struct Transfer {
        PhysicalAddress first{};
        u64 size = 0;
    };
    [[nodiscard]] std::optional<Transfer> take_transfer() { return std::exchange(done_, {}); }

    [[nodiscard]] RegisterRange registers() const override;
    [[nodiscard]] u32 read_register(u64 offset, u64 now) override;
    [[nodiscard]] u32 peek_register(u64 offset) const override;
    void write_register(u64 offset, u32 value, u32 lanes, u64 now) override;
    [[nodiscard]] u64 next_event() const override { return due_; }
    void advance(u64 now) override;
    [[nodiscard]] std::optional<unsigned> line() const override;
    void state(StateStream& stream) override;

private:
    [[nodiscard]] bool is_busy() const { return due_ != never; }
    void start(u64 now);

    Ram& ram_;
    InterruptLines& lines_;
    u32 address_ = 0;
    u32 length_ = 0;
    u32 pattern_ = 0;
    u32 delay_ = DMA0_DEFAULT_DELAY;
    u32 reads_ = 0;
    bool is_done_ = false;
    u64 due_ = never;
    std::optional<Transfer> done_; // of the step at hand only
};

} // namespace ringside
