#pragma once
// Instruction bytes to try: every opcode of every map with every ModRM byte behind every prefix
// that can change its meaning, and plain noise. What follows the ModRM byte is noise as well.
#include "core/decoder/instruction.hpp"

#include <array>
#include <initializer_list>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace ringside::test {

inline constexpr std::array<CodeSize, 3> code_sizes{CodeSize::Bits16, CodeSize::Bits32,
                                                    CodeSize::Bits64};

using Bytes = std::array<u8, 16>;

class Noise {
public:
    explicit Noise(u64 seed)
        : engine_{seed} {}
    Bytes bytes() {
        Bytes result{};
        for (u8& value : result) {
            value = static_cast<u8>(engine_());
        }
        return result;
    }
    u64 number() { return engine_(); }
    std::size_t below(std::size_t bound) { return engine_() % bound; }

private:
    std::mt19937_64 engine_;
};

// The prefixes that select another instruction or another size; the segment overrides and LOCK are
// tried with noise. REX exists in 64-bit code only.
inline std::vector<std::vector<u8>> prefixes(CodeSize size) {
    std::vector<std::vector<u8>> all{{}, {0x66}, {0x67}, {0xf2}, {0xf3}, {0x66, 0x67}, {0xf0}};
    if (size == CodeSize::Bits64) {
        for (u8 rex : {u8{0x40}, u8{0x41}, u8{0x42}, u8{0x44}, u8{0x48}, u8{0x4f}}) {
            all.push_back({rex});
        }
        all.push_back({0x66, 0x48});
        all.push_back({0xf3, 0x48});
        all.push_back({0xf2, 0x48});
    }
    return all;
}

// visit(bytes) for every prefix, opcode of the four maps and ModRM byte.
template <class Visit>
void for_each_encoding(CodeSize size, Visit visit) {
    Noise noise{2026};
    for (std::vector<u8> const& prefix : prefixes(size)) {
        for (std::vector<u8> const& escape :
             std::initializer_list<std::vector<u8>>{{}, {0x0f}, {0x0f, 0x38}, {0x0f, 0x3a}}) {
            for (unsigned opcode = 0; opcode < 256; ++opcode) {
                for (unsigned modrm = 0; modrm < 256; ++modrm) {
                    Bytes bytes = noise.bytes();
                    std::size_t at = 0;
                    for (u8 value : prefix) {
                        bytes[at++] = value;
                    }
                    for (u8 value : escape) {
                        bytes[at++] = value;
                    }
                    bytes[at++] = static_cast<u8>(opcode);
                    bytes[at] = static_cast<u8>(modrm);
                    visit(bytes);
                }
            }
        }
    }
}

// Noise in which a random number of random prefixes comes first more often than by chance.
inline Bytes noisy_instruction(Noise& noise) {
    static constexpr std::array<u8, 18> likely{0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26,
                                               0x2e, 0x36, 0x3e, 0x64, 0x65, 0x40,
                                               0x41, 0x48, 0x4c, 0x0f, 0x0f, 0x0f};
    Bytes bytes = noise.bytes();
    std::size_t const count = noise.below(5);
    for (std::size_t at = 0; at < count; ++at) {
        bytes[at] = likely[noise.below(likely.size())];
    }
    return bytes;
}

inline std::string hex(std::span<u8 const> bytes) {
    static constexpr std::array<char, 17> digits{"0123456789abcdef"};
    std::string text;
    for (u8 const value : bytes) {
        text += digits[value >> 4U];
        text += digits[value & 15U];
        text += ' ';
    }
    return text;
}

inline std::string name(CodeSize size) {
    return size == CodeSize::Bits16 ? "16-bit" : size == CodeSize::Bits32 ? "32-bit" : "64-bit";
}

} // namespace ringside::test
