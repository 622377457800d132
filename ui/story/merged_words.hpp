#pragma once
// Two sentences about the same thing as one.
#include <optional>
#include <string>
#include <string_view>

namespace ringside::story {

// "read of {0xc0105000|0x2105000} hits": word by word, with both words where they differ. Nothing
// when they do not have the same number of words, or differ in more than half of them: then they
// are two sentences.
[[nodiscard]] std::optional<std::string> merged_words(std::string_view left,
                                                      std::string_view right);

} // namespace ringside::story
