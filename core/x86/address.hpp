#pragma once
// The four address kinds of the manual are four types that never convert into one another by
// accident (SDM volume 3, section 3.1, figure 3-1: logical -> linear -> physical).
#include "core/x86/integers.hpp"

#include <compare>
#include <concepts>

namespace ringside {

template <class Space>
class Address {
public:
    constexpr Address() = default;
    constexpr explicit Address(u64 value)
        : value_{value} {}
    [[nodiscard]] constexpr u64 value() const { return value_; }
    // First byte of the 4 KiB page that holds this address, and the address's place in it.
    [[nodiscard]] constexpr Address page() const { return Address{value_ & ~u64{0xfff}}; }
    [[nodiscard]] constexpr u64 page_offset() const { return value_ & u64{0xfff}; }
    friend constexpr auto operator<=>(Address, Address) = default;
    friend constexpr Address operator+(Address address, u64 offset) {
        return Address{address.value_ + offset};
    }

private:
    u64 value_ = 0;
};

using LinearAddress = Address<struct LinearSpace>;
using PhysicalAddress = Address<struct PhysicalSpace>;
static_assert(!std::convertible_to<LinearAddress, PhysicalAddress>);
static_assert(!std::convertible_to<u64, LinearAddress>);

inline constexpr u64 page_size_4k = 4096;

} // namespace ringside
