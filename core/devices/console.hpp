#pragma once
// The console: what the guest prints, and the whole of its standard input, known from the start so
// that a run is a function of its inputs (ports: kernel_stub/abi/ports.h).
#include "core/devices/device.hpp"

#include <string>
#include <utility>

namespace ringside {

class Console final : public Device {
public:
    explicit Console(std::string input)
        : input_{std::move(input)} {}

    // What the machine itself has to say.
    void print(std::string_view text) { printed_ += text; }
    // What one instruction printed.
    [[nodiscard]] std::string take_printed() { return std::exchange(printed_, {}); }

    [[nodiscard]] std::span<PortRange const> ports() const override;
    [[nodiscard]] u32 read_port(u16 port, unsigned size, u64 now) override;
    void write_port(u16 port, unsigned size, u32 value, u64 now) override;
    void state(StateStream& stream) override { stream.number(position_); }

private:
    std::string input_;
    std::string printed_;
    u64 position_ = 0; // in the input: all that a keyframe must keep
};

} // namespace ringside
