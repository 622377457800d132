#pragma once
// The disk behind swap and files: slots of one page, moved to and from RAM at once by a command
// (kernel_stub/abi/ports.h). It writes RAM by physical address, as dma0 does.
#include "core/devices/device.hpp"
#include "core/ram.hpp"

#include <map>

namespace ringside {

class Disk final : public Device {
public:
    explicit Disk(Ram& ram)
        : ram_{ram} {}

    [[nodiscard]] std::span<PortRange const> ports() const override;
    [[nodiscard]] u32 read_port(u16 port, unsigned size, u64 now) override;
    void write_port(u16 port, unsigned size, u32 value, u64 now) override;
    void state(StateStream& stream) override;

private:
    [[nodiscard]] u32 execute(u32 command);
    void read_slot();
    void write_slot();

    Ram& ram_;
    u32 slot_ = 0;
    u32 address_ = 0;
    u32 status_ = 0;
    std::map<u32, std::shared_ptr<StoredPage const>> slots_; // absent: all zero
};

} // namespace ringside
