#pragma once
// The console: what the guest prints, and the whole of its standard input, known from the start so
// that a run is a function of its inputs (ports: kernel_stub/abi/ports.h).
#include "core/x86/integers.hpp"

#include <string>
#include <utility>

namespace ringside {

class Console {
public:
    explicit Console(std::string input)
        : input_{std::move(input)} {}

    // Where in the input the guest is: all that a keyframe must keep.
    struct State {
        std::size_t position = 0;
        friend bool operator==(State const&, State const&) = default;
    };
    [[nodiscard]] State state() const { return state_; }
    void restore(State state) { state_ = state; }

    [[nodiscard]] u8 read() {
        return state_.position < input_.size() ? static_cast<u8>(input_[state_.position++]) : u8{0};
    }
    // 1: a byte is waiting; 2: end of file.
    [[nodiscard]] u8 status() const { return state_.position < input_.size() ? 1 : 2; }

    // What one instruction printed.
    void print(u32 value, unsigned size) {
        for (unsigned byte = 0; byte < size; ++byte) {
            printed_.push_back(static_cast<char>(value >> (8U * byte)));
        }
    }
    [[nodiscard]] std::string take_printed() { return std::exchange(printed_, {}); }

private:
    std::string input_;
    std::string printed_;
    State state_;
};

} // namespace ringside
