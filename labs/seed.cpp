#include "labs/seed.hpp"

#include "core/host_error.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace ringside::labs {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string hmac(std::string_view key, std::string_view text) {
    Digest digest{};
    unsigned size = 0;
    auto const* const bytes = reinterpret_cast<unsigned char const*>(text.data());
    bool const made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes,
                           text.size(), digest.data(), &size) != nullptr;
    RINGSIDE_ENSURE(made, "the library has HMAC-SHA-256");
    return {digest.begin(), digest.begin() + size};
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (char const byte : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return text;
}

} // namespace

// The separator keeps ("lab1", "2x") and ("lab12", "x") apart: a lab's name has no blank.
Seed Seed::of_student(std::string_view course_key, std::string_view lab, std::string_view student) {
    return Seed{hmac(course_key, fmt::format("{} {}", lab, student))};
}

Seed Seed::practice(std::string_view number) {
    return Seed{hmac("practice", number)};
}

std::string Seed::tag() const {
    return hex(std::string_view{bytes_}.substr(0, 2));
}

std::string Seed::hexadecimal() const {
    return hex(bytes_);
}

std::optional<Seed> Seed::from_hexadecimal(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        unsigned byte = 0;
        auto const [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
        if (error != std::errc{} || end != text.data() + i + 2) {
            return std::nullopt;
        }
        bytes += static_cast<char>(byte);
    }
    return text.size() == 64 ? std::optional{Seed{bytes}} : std::nullopt;
}

// A 64-bit number modulo a small count: the bias is below one in a billion.
u64 Seed::draw(std::string_view name, u64 count) const {
    RINGSIDE_ENSURE(count > 0, "something to draw from");
    std::string const drawn = hmac(bytes_, name);
    u64 value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
        value = value << 8U | static_cast<unsigned char>(drawn[i]);
    }
    return value % count;
}

std::string sha256(std::string_view bytes) {
    Digest digest{};
    unsigned size = 0;
    bool const made =
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1;
    RINGSIDE_ENSURE(made, "the library has SHA-256");
    return hex({reinterpret_cast<char const*>(digest.data()), size});
}

} // namespace ringside::labs
