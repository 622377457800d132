#pragma once
// std::expected is C++23; this is the part of it we need. A guest fault is a value, never an
// exception.
#include <utility>
#include <variant>

namespace ringside {

template <class Value, class Error>
class [[nodiscard]] Result {
public:
    constexpr Result(Value value) // NOLINT(google-explicit-constructor)
        : state_{std::in_place_index<0>, std::move(value)} {}
    constexpr Result(Error error) // NOLINT(google-explicit-constructor)
        : state_{std::in_place_index<1>, std::move(error)} {}
    [[nodiscard]] constexpr explicit operator bool() const { return state_.index() == 0; }
    [[nodiscard]] constexpr Value const& value() const { return *std::get_if<0>(&state_); }
    [[nodiscard]] constexpr Error const& error() const { return *std::get_if<1>(&state_); }

private:
    std::variant<Value, Error> state_;
};

// The value of an operation that either worked or faulted.
struct Done {};

} // namespace ringside
