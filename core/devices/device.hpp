#pragma once
// What is plugged into the machine's bus. Time is device time: retired instructions plus the units
// that the processor slept in HLT; an instruction sees the devices as they are when it begins. A
// device that does something by itself says when, and the machine stops exactly there.
#include "core/devices/state_stream.hpp"
#include "core/x86/address.hpp"

#include <optional>
#include <span>

namespace ringside {

inline constexpr u64 never = ~u64{0};

// Ports that a device answers. An access wider than `width` bytes is split into bytes, one for each
// port, as a PC's bus does.
struct PortRange {
    u16 first = 0;
    u16 count = 0;
    u8 width = 1;
};

// Physical addresses at which a device answers instead of RAM: whole pages.
struct RegisterRange {
    PhysicalAddress first{};
    u64 size = 0;
    [[nodiscard]] bool holds(PhysicalAddress address) const {
        return address.value() - first.value() < size;
    }
};

class Device {
public:
    Device() = default;
    Device(Device const&) = delete;
    Device(Device&&) = delete;
    Device& operator=(Device const&) = delete;
    Device& operator=(Device&&) = delete;
    virtual ~Device() = default;

    [[nodiscard]] virtual std::span<PortRange const> ports() const { return {}; }
    [[nodiscard]] virtual u32 read_port(u16 /*port*/, unsigned /*size*/, u64 /*now*/) { return 0; }
    virtual void write_port(u16 /*port*/, unsigned /*size*/, u32 /*value*/, u64 /*now*/) {}

    // The bus is 32 bits wide: one call for each aligned doubleword that an access touches.
    // `offset` is from the start of the range; `lanes` has ones in the bytes that are written.
    [[nodiscard]] virtual RegisterRange registers() const { return {}; }
    [[nodiscard]] virtual u32 read_register(u64 /*offset*/, u64 /*now*/) { return 0; }
    [[nodiscard]] virtual u32 peek_register(u64 /*offset*/) const { return 0; } // without effect
    virtual void write_register(u64 /*offset*/, u32 /*value*/, u32 /*lanes*/, u64 /*now*/) {}

    // When it acts next by itself, after what it has seen; `advance` is then called, at that time
    // exactly.
    [[nodiscard]] virtual u64 next_event() const { return never; }
    virtual void advance(u64 /*now*/) {}
    // The interrupt line that it may raise when it acts.
    [[nodiscard]] virtual std::optional<unsigned> line() const { return std::nullopt; }

    // Names every field that a run can change.
    virtual void state(StateStream& stream) = 0;
};

// Where devices raise their interrupts.
class InterruptLines {
public:
    InterruptLines() = default;
    InterruptLines(InterruptLines const&) = delete;
    InterruptLines(InterruptLines&&) = delete;
    InterruptLines& operator=(InterruptLines const&) = delete;
    InterruptLines& operator=(InterruptLines&&) = delete;
    virtual ~InterruptLines() = default;
    virtual void set_line(unsigned line, bool high) = 0; // 0..15
};

} // namespace ringside
