#pragma once
// The devices of the Ringside machine and how they are wired.
#include "core/devices/bus.hpp"
#include "core/devices/console.hpp"
#include "core/devices/disk.hpp"
#include "core/devices/dma_device.hpp"
#include "core/devices/interrupt_controller.hpp"
#include "core/devices/timer.hpp"

namespace ringside {

class Board {
public:
    Board(Ram& ram, std::string standard_input);

    [[nodiscard]] Bus& bus() { return bus_; }
    [[nodiscard]] Bus const& bus() const { return bus_; }
    [[nodiscard]] Console& console() { return console_; }
    [[nodiscard]] DmaDevice& dma() { return dma_; }
    [[nodiscard]] InterruptControllers& interrupts() { return interrupts_; }
    [[nodiscard]] InterruptControllers const& interrupts() const { return interrupts_; }
    // Can a device, by itself, raise an interrupt that the controllers would let through?
    [[nodiscard]] bool can_interrupt() const;

private:
    Console console_;
    InterruptControllers interrupts_;
    Timer timer_;
    Disk disk_;
    DmaDevice dma_;
    Bus bus_;
};

} // namespace ringside
