#pragma once
// Names for keys: each is given out once.
#include "core/x86/integers.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace ringside::trace {

class UniqueKeys {
public:
    // `key` the first time, then `key#2`, `key#3`.
    [[nodiscard]] std::string take(std::string const& key);

private:
    std::unordered_map<std::string, u32> used_;
};

// Is `key` the part `part`, or below it?
[[nodiscard]] bool is_under(std::string_view key, std::string_view part);
// Without the last part; empty for a scene.
[[nodiscard]] std::string_view parent_of(std::string_view key);
[[nodiscard]] std::string_view scene_of(std::string_view key); // the first part

} // namespace ringside::trace
