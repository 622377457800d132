#pragma once
// The registers that an expression may name (watch.hpp).
#include "core/cpu.hpp"

#include <optional>
#include <string_view>

namespace ringside::view {

struct WatchedRegister {
    std::string_view name;
    u64 (*read)(Cpu const&);
    u8 size; // bytes
};

// Its number; none for another word.
[[nodiscard]] std::optional<std::size_t> find_register(std::string_view name);
[[nodiscard]] WatchedRegister const& watched_register(std::size_t number);

} // namespace ringside::view
