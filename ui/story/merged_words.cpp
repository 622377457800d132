#include "ui/story/merged_words.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace ringside::story {

namespace {

// Where the first word ends. The "(14h)" of "20 (14h)" is no word of its own: 4 has none.
std::size_t first_end(std::string_view sentence) {
    std::size_t const end = sentence.find(' ');
    if (end == std::string_view::npos || !sentence.substr(end).starts_with(" (")) {
        return end;
    }
    std::size_t const next = sentence.find(' ', end + 1);
    return sentence.substr(end, next - end).find("h)") == std::string_view::npos ? end : next;
}

std::vector<std::string_view> words_of(std::string_view sentence) {
    std::vector<std::string_view> words;
    while (true) {
        std::size_t const end = first_end(sentence);
        words.push_back(sentence.substr(0, end));
        if (end == std::string_view::npos) {
            return words;
        }
        sentence.remove_prefix(end + 1);
    }
}

// "0xc0105000," and "0x2105000,": what follows the word in both stands once, behind the brace.
std::string both(std::string_view left, std::string_view right) {
    // A bracket that opens in the word closes in it.
    std::string_view const marks =
        left.find('(') != std::string_view::npos || right.find('(') != std::string_view::npos
            ? ".,:;"
            : ".,:;)";
    std::string_view behind;
    std::size_t n = 0;
    while (n < std::min(left.size(), right.size()) &&
           left[left.size() - n - 1] == right[right.size() - n - 1] &&
           marks.find(left[left.size() - n - 1]) != std::string_view::npos) {
        ++n;
    }
    behind = left.substr(left.size() - n);
    left.remove_suffix(n);
    right.remove_suffix(n);
    return "{" + std::string{left} + "|" + std::string{right} + "}" + std::string{behind};
}

} // namespace

std::optional<std::string> merged_words(std::string_view left, std::string_view right) {
    auto const l = words_of(left);
    auto const r = words_of(right);
    if (l.size() != r.size()) {
        return std::nullopt;
    }
    std::string merged;
    std::size_t differing = 0;
    for (std::size_t i = 0; i < l.size(); ++i) {
        differing += l[i] == r[i] ? 0U : 1U;
        merged += i == 0 ? "" : " ";
        merged += l[i] == r[i] ? std::string{l[i]} : both(l[i], r[i]);
    }
    if (2 * differing > l.size()) {
        return std::nullopt;
    }
    return merged;
}

} // namespace ringside::story
