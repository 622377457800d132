#pragma once
// The fuzzer's bytes as numbers, from the front; zeros when they are used up. So every input is a
// case, and a longer one continues it.
#include "core/x86/integers.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>

namespace ringside::fuzz {

class Input {
public:
    Input(u8 const* bytes, std::size_t size)
        : bytes_{bytes, size} {}

    [[nodiscard]] u64 number(unsigned size) {
        u64 value = 0;
        for (unsigned byte = 0; byte < size; ++byte) {
            value |= u64{byte < bytes_.size() ? bytes_[byte] : u8{0}} << (8 * byte);
        }
        bytes_ = bytes_.subspan(std::min<std::size_t>(size, bytes_.size()));
        return value;
    }
    [[nodiscard]] u64 below(u64 end) { return number(end > 0x100 ? 4 : 1) % end; }
    [[nodiscard]] bool yes() { return (number(1) & 1U) != 0; }
    [[nodiscard]] std::span<u8 const> rest() const { return bytes_; }

private:
    std::span<u8 const> bytes_;
};

// What must hold whatever the input is. The fuzzer keeps the input that breaks it.
inline void must(bool holds, char const* what) {
    if (!holds) {
        throw std::logic_error{what};
    }
}

} // namespace ringside::fuzz
