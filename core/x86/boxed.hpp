#pragma once
// A value kept on the heap, for the one big alternative of a record that is stored by the million.
// It reads like the value, cannot be changed in place, and copies of it share the value.
#include <memory>
#include <utility>

namespace ringside {

template <class T>
class Boxed {
public:
    Boxed()
        : value_{std::make_shared<T const>()} {}
    Boxed(T value) // NOLINT(google-explicit-constructor)
        : value_{std::make_shared<T const>(std::move(value))} {}
    [[nodiscard]] T const& operator*() const { return *value_; }
    [[nodiscard]] T const* operator->() const { return value_.get(); }

private:
    std::shared_ptr<T const> value_;
};

} // namespace ringside
