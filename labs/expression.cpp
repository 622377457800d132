#include "labs/expression.hpp"

#include "core/host_error.hpp"

#include <cctype>
#include <charconv>
#include <fmt/format.h>

namespace ringside::labs {

namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class Reader {
public:
    Reader(std::string_view text, Names const& names)
        : text_{text}
        , names_{names} {}

    u64 whole() {
        u64 const value = sum();
        if (at_ != text_.size()) {
            complain(fmt::format("what is '{}'", text_.substr(at_)));
        }
        return value;
    }

private:
    [[noreturn]] void complain(std::string const& why) const {
        throw HostError{fmt::format("the expression '{}': {}", text_, why)};
    }
    // The next character that is not a blank; 0 at the end.
    char peek() {
        while (at_ < text_.size() && text_[at_] == ' ') {
            ++at_;
        }
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {
        bool const is = peek() == c;
        at_ += is ? 1 : 0;
        return is;
    }

    u64 sum() {
        u64 value = take('-') ? ~product() + 1 : product();
        while (true) {
            if (take('+')) {
                value += product();
            } else if (take('-')) {
                value -= product();
            } else {
                return value;
            }
        }
    }
    u64 product() {
        u64 value = term();
        while (take('*')) {
            value *= term();
        }
        return value;
    }
    u64 term() {
        if (take('(')) {
            if (++depth_ > most_depth) {
                complain("too many parentheses");
            }
            u64 const value = sum();
            --depth_;
            if (!take(')')) {
                complain("a ')' is missing");
            }
            return value;
        }
        std::size_t const start = (peek(), at_);
        while (at_ < text_.size() && is_word(text_[at_])) {
            ++at_;
        }
        std::string_view const word = text_.substr(start, at_ - start);
        if (word.empty()) {
            complain("a number or a name is missing");
        }
        return std::isdigit(static_cast<unsigned char>(word.front())) != 0 ? number(word)
                                                                           : name(word);
    }
    u64 number(std::string_view word) const {
        bool const is_hex = word.starts_with("0x");
        std::string_view const digits = is_hex ? word.substr(2) : word;
        u64 value = 0;
        auto const [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
        if (error != std::errc{} || end != digits.data() + digits.size()) {
            complain(fmt::format("'{}' is no number", word));
        }
        return value;
    }
    u64 name(std::string_view word) const {
        auto const found = names_.find(word);
        if (found == names_.end()) {
            complain(fmt::format("nothing is called '{}'", word));
        }
        return found->second;
    }

    static constexpr int most_depth = 32;
    std::string_view text_;
    Names const& names_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

std::string_view trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(' ');
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// What stands for the text between two braces.
std::string filling(std::string_view text, Names const& names) {
    auto const question = text.find('?');
    if (question == std::string_view::npos) {
        return fmt::format("{:#x}", evaluate(text, names));
    }
    auto const less = text.find('<');
    auto const colon = text.find(':', question);
    if (less > question || colon == std::string_view::npos) {
        throw HostError{fmt::format("the choice '{}': write a < b ? this : that", text)};
    }
    bool const is_less = evaluate(text.substr(0, less), names) <
                         evaluate(text.substr(less + 1, question - less - 1), names);
    std::string_view const rest = text.substr(colon + 1);
    if (is_less) {
        return std::string{trimmed(text.substr(question + 1, colon - question - 1))};
    }
    return rest.find('?') == std::string_view::npos ? std::string{trimmed(rest)}
                                                    : filling(rest, names);
}

} // namespace

u64 evaluate(std::string_view text, Names const& names) {
    return Reader{text, names}.whole();
}

std::string fill_in(std::string_view text, Names const& names) {
    std::string filled;
    while (true) {
        auto const open = text.find('{');
        auto const close = text.find('}', open == std::string_view::npos ? 0 : open);
        if (open == std::string_view::npos || close == std::string_view::npos) {
            return filled.append(text);
        }
        filled.append(text.substr(0, open));
        filled += filling(text.substr(open + 1, close - open - 1), names);
        text.remove_prefix(close + 1);
    }
}

} // namespace ringside::labs
