#include "core/vectors/verdict.hpp"

#include <array>
#include <charconv>

namespace ringside::vectors {

namespace {

std::string maybe_hex(std::optional<u64> value) {
    return value ? hex(*value) : "none";
}

} // namespace

std::string hex(u64 value) {
    std::array<char, 16> digits{};
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    return "0x" + std::string{digits.data(), end};
}

void Comparison::equal(std::string_view what, u64 processor, u64 model) {
    if (!first_ && processor != model) {
        first_ = Difference{std::string{what}, hex(processor), hex(model)};
    }
}

void Comparison::equal(std::string_view what, std::optional<u64> processor,
                       std::optional<u64> model) {
    if (!first_ && processor != model) {
        first_ = Difference{std::string{what}, maybe_hex(processor), maybe_hex(model)};
    }
}

void Comparison::equal(std::string_view what, std::string const& processor,
                       std::string const& model) {
    if (!first_ && processor != model) {
        first_ = Difference{std::string{what}, processor, model};
    }
}

Verdict Comparison::verdict(std::string reason) const {
    return {first_, std::move(reason), {}};
}

} // namespace ringside::vectors
