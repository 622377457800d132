#include "core/devices/bus.hpp"

#include "core/x86/bits.hpp"

#include <algorithm>

namespace ringside {

namespace {

// The part of an access that lies in one aligned doubleword.
struct Piece {
    u64 offset = 0;     // of the doubleword
    unsigned shift = 0; // of the piece's first byte in the doubleword, in bits
    unsigned bytes = 0;
};

Piece piece_at(u64 offset, unsigned left) {
    auto const skipped = static_cast<unsigned>(offset % 4);
    return {.offset = offset - skipped,
            .shift = 8 * skipped,
            .bytes = std::min<unsigned>(4 - skipped, left)};
}

} // namespace

Bus::Answering Bus::device_at(u16 port) const {
    for (Device* const device : devices_) {
        for (PortRange const& range : device->ports()) {
            if (port >= range.first && port - range.first < range.count) {
                return {.device = device, .width = range.width};
            }
        }
    }
    return {};
}

Device* Bus::device_at(PhysicalAddress address) const {
    auto const found = std::ranges::find_if(
        devices_, [&](Device const* device) { return device->registers().holds(address); });
    return found == devices_.end() ? nullptr : *found;
}

u32 Bus::read_port(u16 port, unsigned size, u64 now) {
    Answering const here = device_at(port);
    if (here.device != nullptr && size <= here.width) {
        return here.device->read_port(port, size, now);
    }
    if (size == 1) {
        return 0xff; // nobody drives the bus
    }
    u32 value = 0;
    for (unsigned byte = 0; byte < size; ++byte) {
        value |= read_port(static_cast<u16>(port + byte), 1, now) << (8 * byte);
    }
    return value;
}

void Bus::write_port(u16 port, unsigned size, u32 value, u64 now) {
    Answering const here = device_at(port);
    if (here.device != nullptr && size <= here.width) {
        here.device->write_port(port, size, value, now);
        return;
    }
    for (unsigned byte = 0; size > 1 && byte < size; ++byte) {
        write_port(static_cast<u16>(port + byte), 1, value >> (8 * byte) & 0xff, now);
    }
}

bool Bus::claims(PhysicalAddress address) const {
    return device_at(address) != nullptr;
}

u8 Bus::peek(PhysicalAddress address) const {
    Device const& device = *device_at(address);
    Piece const piece = piece_at(address.value() - device.registers().first.value(), 1);
    return static_cast<u8>(device.peek_register(piece.offset) >> piece.shift);
}

u64 Bus::read(PhysicalAddress address, unsigned size, u64 now) {
    Device& device = *device_at(address);
    u64 const start = address.value() - device.registers().first.value();
    u64 value = 0;
    for (unsigned done = 0; done < size;) {
        Piece const piece = piece_at(start + done, size - done);
        u64 const bytes =
            (device.read_register(piece.offset, now) >> piece.shift) & low_mask(8 * piece.bytes);
        value |= bytes << (8 * done);
        done += piece.bytes;
    }
    return value;
}

void Bus::write(PhysicalAddress address, unsigned size, u64 value, u64 now) {
    Device& device = *device_at(address);
    u64 const start = address.value() - device.registers().first.value();
    for (unsigned done = 0; done < size;) {
        Piece const piece = piece_at(start + done, size - done);
        auto const lanes = static_cast<u32>(low_mask(8 * piece.bytes) << piece.shift);
        device.write_register(
            piece.offset, static_cast<u32>(value >> (8 * done)) << piece.shift & lanes, lanes, now);
        done += piece.bytes;
    }
}

u64 Bus::next_event() const {
    u64 next = never;
    for (Device const* const device : devices_) {
        next = std::min(next, device->next_event());
    }
    return next;
}

void Bus::advance(u64 now) {
    for (Device* const device : devices_) {
        if (device->next_event() <= now) {
            device->advance(now);
        }
    }
}

DeviceState Bus::save() {
    DeviceState state;
    StateStream stream = StateStream::saving(state);
    for (Device* const device : devices_) {
        device->state(stream);
    }
    return state;
}

void Bus::restore(DeviceState const& state) {
    StateStream stream = StateStream::restoring(state);
    for (Device* const device : devices_) {
        device->state(stream);
    }
}

} // namespace ringside
