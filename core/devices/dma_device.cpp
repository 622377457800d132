#include "core/devices/dma_device.hpp"

#include "kernel_stub/abi/ports.h"

#include <algorithm>

namespace ringside {

DmaDevice::DmaDevice(Ram& ram, InterruptLines& lines)
    : ram_{ram}
    , lines_{lines} {}

RegisterRange DmaDevice::registers() const {
    return {.first = PhysicalAddress{DMA0_BASE}, .size = DMA0_SIZE};
}

std::optional<unsigned> DmaDevice::line() const {
    return IRQ_DMA0;
}

u32 DmaDevice::peek_register(u64 offset) const {
    switch (offset) {
    case DMA0_ID:
        return DMA0_ID_VALUE;
    case DMA0_ADDRESS:
        return address_;
    case DMA0_LENGTH:
        return length_;
    case DMA0_PATTERN:
        return pattern_;
    case DMA0_STATUS:
        return (is_busy() ? DMA0_BUSY : 0) | (is_done_ ? DMA0_DONE : 0);
    case DMA0_READS:
        return reads_;
    case DMA0_DELAY:
        return delay_;
    default:
        return 0;
    }
}

u32 DmaDevice::read_register(u64 offset, u64 /*now*/) {
    u32 const value = peek_register(offset);
    bool const counts = offset <= DMA0_DELAY && offset != DMA0_READS;
    reads_ += counts ? 1U : 0U;
    return value;
}

void DmaDevice::write_register(u64 offset, u32 value, u32 lanes, u64 now) {
    auto const set = [&](u32& field) { field = is_busy() ? field : (field & ~lanes) | value; };
    switch (offset) {
    case DMA0_ADDRESS:
        set(address_);
        break;
    case DMA0_LENGTH:
        set(length_);
        break;
    case DMA0_PATTERN:
        set(pattern_);
        break;
    case DMA0_DELAY:
        set(delay_);
        break;
    case DMA0_START:
        if ((value & 1U) != 0) {
            start(now);
        }
        break;
    case DMA0_STATUS:
        if ((value & DMA0_DONE) != 0) {
            is_done_ = false;
            lines_.set_line(IRQ_DMA0, false);
        }
        break;
    default:
        break;
    }
}

// The instruction that starts it has not retired yet.
void DmaDevice::start(u64 now) {
    if (!is_busy()) {
        is_done_ = false;
        lines_.set_line(IRQ_DMA0, false);
        due_ = now + 1 + delay_;
    }
}

void DmaDevice::advance(u64 /*now*/) {
    std::array<u8, page_size_4k> bytes{};
    bytes.fill(static_cast<u8>(pattern_));
    u64 const end = std::min<u64>(u64{address_} + length_, ram_.size());
    for (u64 at = address_; at < end;) {
        u64 const piece = std::min(end - at, page_size_4k - at % page_size_4k);
        ram_.write_bytes(PhysicalAddress{at}, std::span{bytes}.first(piece));
        at += piece;
    }
    done_ = Transfer{.first = PhysicalAddress{address_}, .size = length_};
    due_ = never;
    is_done_ = true;
    lines_.set_line(IRQ_DMA0, true);
}

void DmaDevice::state(StateStream& stream) {
    for (u32* const field : {&address_, &length_, &pattern_, &delay_, &reads_}) {
        stream.number(*field);
    }
    stream.number(is_done_);
    stream.number(due_);
}

} // namespace ringside
