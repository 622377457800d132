#pragma once
// Who answers a port or a physical address that is not RAM, and when the next device acts.
#include "core/devices/device.hpp"

#include <vector>

namespace ringside {

class Bus {
public:
    void plug(Device& device) { devices_.push_back(&device); }
    [[nodiscard]] std::span<Device* const> devices() const { return devices_; }

    // Sizes are 1, 2 and 4 bytes. Where no device is, reads give ones and writes are lost.
    [[nodiscard]] u32 read_port(u16 port, unsigned size, u64 now);
    void write_port(u16 port, unsigned size, u32 value, u64 now);

    // Is the page of this address a device's?
    [[nodiscard]] bool claims(PhysicalAddress address) const;
    // 1 to 8 bytes within one page that a device claims.
    [[nodiscard]] u8 peek(PhysicalAddress address) const; // without any effect
    [[nodiscard]] u64 read(PhysicalAddress address, unsigned size, u64 now);
    void write(PhysicalAddress address, unsigned size, u64 value, u64 now);

    [[nodiscard]] u64 next_event() const;
    void advance(u64 now); // all devices that are due

    [[nodiscard]] DeviceState save();
    void restore(DeviceState const& state);

private:
    struct Answering {
        Device* device = nullptr;
        unsigned width = 0;
    };
    [[nodiscard]] Answering device_at(u16 port) const;
    [[nodiscard]] Device* device_at(PhysicalAddress address) const;

    std::vector<Device*> devices_;
};

} // namespace ringside
