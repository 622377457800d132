#include "core/devices/disk.hpp"

#include "kernel_stub/abi/ports.h"

#include <algorithm>
#include <cstring>

namespace ringside {

namespace {

constexpr std::array<PortRange, 3> disk_ports{{
    {.first = PORT_DISK_SLOT, .count = 1, .width = 4},
    {.first = PORT_DISK_ADDRESS, .count = 1, .width = 4},
    {.first = PORT_DISK_COMMAND, .count = 1, .width = 4},
}};

u64 hash_of(std::span<u8 const> bytes) {
    u64 hash = 0xcbf29ce484222325U;
    for (std::size_t offset = 0; offset < bytes.size(); offset += 8) {
        u64 word = 0;
        std::memcpy(&word, bytes.data() + offset, 8);
        hash = (hash ^ word) * 0x100000001b3U;
        hash ^= hash >> 29U;
    }
    return hash;
}

} // namespace

std::span<PortRange const> Disk::ports() const {
    return disk_ports;
}

u32 Disk::read_port(u16 port, unsigned size, u64 /*now*/) {
    return port == PORT_DISK_COMMAND && size == 4 ? status_ : 0xffffffff;
}

void Disk::write_port(u16 port, unsigned size, u32 value, u64 /*now*/) {
    if (size != 4) {
        return;
    }
    switch (port) {
    case PORT_DISK_SLOT:
        slot_ = value;
        break;
    case PORT_DISK_ADDRESS:
        address_ = value;
        break;
    default:
        status_ = execute(value);
        break;
    }
}

u32 Disk::execute(u32 command) {
    if (slot_ >= DISK_SLOTS || address_ % DISK_SLOT_SIZE != 0 ||
        !ram_.backs(PhysicalAddress{address_})) {
        return DISK_ERROR;
    }
    switch (command) {
    case DISK_READ:
        read_slot();
        return DISK_OK;
    case DISK_WRITE:
        write_slot();
        return DISK_OK;
    default:
        return DISK_ERROR;
    }
}

void Disk::read_slot() {
    static constexpr StoredPage zero{};
    auto const found = slots_.find(slot_);
    StoredPage const& page = found == slots_.end() ? zero : *found->second;
    ram_.write_bytes(PhysicalAddress{address_}, page.bytes);
}

void Disk::write_slot() {
    auto page = std::make_shared<StoredPage>();
    ram_.copy_out(PhysicalAddress{address_}, page->bytes);
    if (std::ranges::all_of(page->bytes, [](u8 byte) { return byte == 0; })) {
        slots_.erase(slot_);
        return;
    }
    page->hash = hash_of(page->bytes);
    slots_[slot_] = std::move(page);
}

void Disk::state(StateStream& stream) {
    stream.number(slot_);
    stream.number(address_);
    stream.number(status_);
    u64 used = slots_.size();
    stream.number(used);
    if (stream.restores()) {
        slots_.clear();
        for (; used > 0; --used) {
            u32 number = 0;
            std::shared_ptr<StoredPage const> page;
            stream.number(number);
            stream.page(page);
            slots_.emplace_hint(slots_.end(), number, std::move(page));
        }
        return;
    }
    for (auto& [number, page] : slots_) {
        u32 slot = number;
        stream.number(slot);
        stream.page(page);
    }
}

} // namespace ringside
