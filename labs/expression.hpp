#pragma once
// Numbers that depend on a student's seed, as a lab's author writes them: "arena + 0x1f00", "limit
// - 8", "-16". Terms are numbers (decimal or 0x...) and names; operators + - *, from left to right,
// * before + and -; parentheses.
#include "core/x86/integers.hpp"

#include <map>
#include <string>
#include <string_view>

namespace ringside::labs {

// What the names stand for: the variant a seed has drawn, and what a run adds.
using Names = std::map<std::string, u64, std::less<>>;

// Modulo 2^64. HostError: not an expression, or a name that nothing has.
[[nodiscard]] u64 evaluate(std::string_view text, Names const& names);

// A text with every {expression} replaced by its value in hexadecimal ("0x20001f00"), and every
// {a < b ? this : that} by one of the two words; `that` may ask again.
[[nodiscard]] std::string fill_in(std::string_view text, Names const& names);

} // namespace ringside::labs
