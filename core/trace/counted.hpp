#pragma once
// A number of things, in English.
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace ringside::trace {

// "1 user", "2 users"; `many` where the plural is not made by an s.
template <class Count>
[[nodiscard]] std::string counted(Count count, std::string_view one, std::string_view many = {}) {
    if (count == 1) {
        return fmt::format("1 {}", one);
    }
    return many.empty() ? fmt::format("{} {}s", count, one) : fmt::format("{} {}", count, many);
}

} // namespace ringside::trace
