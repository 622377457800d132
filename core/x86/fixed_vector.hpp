#pragma once
// A vector that lives inside its record: no allocation on the paths that run for every access.
#include <array>
#include <cstddef>
#include <type_traits>

namespace ringside {

template <class T, std::size_t Capacity>
class FixedVector {
public:
    // Nothing is cleared: a record of five hundred bytes is made for every walk, and most of its
    // places stay empty.
    constexpr FixedVector() {} // NOLINT(modernize-use-equals-default): the union has none
    constexpr void push_back(T const& item) { items_[size_++] = item; }
    constexpr void clear() { size_ = 0; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr bool full() const { return size_ == Capacity; }
    [[nodiscard]] constexpr T const& operator[](std::size_t index) const { return items_[index]; }
    [[nodiscard]] constexpr T& operator[](std::size_t index) { return items_[index]; }
    [[nodiscard]] constexpr T const& back() const { return items_[size_ - 1]; }
    [[nodiscard]] constexpr T& back() { return items_[size_ - 1]; }
    [[nodiscard]] constexpr T const* begin() const { return items_.data(); }
    [[nodiscard]] constexpr T const* end() const { return items_.data() + size_; }

private:
    static_assert(std::is_trivially_copyable_v<T>);
    union {
        std::array<T, Capacity> items_;
    };
    std::size_t size_ = 0;
};

} // namespace ringside
