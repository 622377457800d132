// Which bytes of memory does an instruction touch? The decoder's operand and effective address
// against what the bare processor core really read and wrote.
#include "core/decoder/decode.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/x86/bits.hpp"
#include "tests/decoder/bare_unicorn.hpp"
#include "tests/decoder/byte_cases.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace ringside::test {
namespace {

struct Range {
    u64 first = ~u64{0};
    u64 end = 0;
    bool read = false;
    bool write = false;

    void add(BareUnicorn::Touch const& touch) {
        first = std::min(first, touch.address);
        end = std::max(end, touch.address + touch.size);
        (touch.write ? write : read) = true;
    }
    [[nodiscard]] bool empty() const { return end == 0; }
};

bool has_buried_rex(Bytes const& bytes) {
    auto const is_rex = [](u8 value) { return (value & 0xf0U) == 0x40; };
    auto const is_legacy = [](u8 value) {
        constexpr std::array<u8, 11> all{0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
                                         0x66, 0x67, 0xf0, 0xf2, 0xf3};
        return std::find(all.begin(), all.end(), value) != all.end();
    };
    std::size_t at = 0;
    while (at + 1 < bytes.size() && (is_rex(bytes[at]) || is_legacy(bytes[at]))) {
        if (is_rex(bytes[at]) && (is_rex(bytes[at + 1]) || is_legacy(bytes[at + 1]))) {
            return true;
        }
        ++at;
    }
    return false;
}

// Distinct bases, so that a wrong segment shows; 64-bit code has but those of FS and GS (SDM volume
// 1, section 3.3.4), where the core would add the others for an override prefix.
constexpr BareUnicorn::Bases segment_bases{0x11000, 0, 0x12000, 0x13000, 0x14000, 0x15000};
constexpr BareUnicorn::Bases long_mode_bases{0, 0, 0, 0, 0x14000, 0x15000};

// Where the core itself strays from the manual. A row that no case needs any more fails the test.
struct CoreStrays {
    char const* reason;
    bool (*applies)(Instruction const&, Bytes const&);
};

bool in_map(Instruction const& i, OpcodeMap map, std::initializer_list<u8> opcodes) {
    return i.opcode_map == map &&
           std::find(opcodes.begin(), opcodes.end(), i.opcode) != opcodes.end();
}

constexpr std::array<CoreStrays, 11> core_strays{{
    {"a REX with other prefixes between it and the opcode is ignored (SDM volume 2, 2.2.1); the "
     "core "
     "keeps it",
     [](Instruction const& i, Bytes const& bytes) {
         return i.code_size == CodeSize::Bits64 && has_buried_rex(bytes);
     }},
    {"CS, DS, ES and SS overrides are ignored in 64-bit code, so FS before one holds (SDM volume "
     "2, "
     "2.1.1); in the core the last one counts",
     [](Instruction const& i, Bytes const&) {
         return i.code_size == CodeSize::Bits64 && i.memory.segment >= sreg::FS;
     }},
    {"F2 and F3 win over 66 as mandatory prefixes (SDM volume 2, 2.1.2); in the core 66 wins",
     [](Instruction const& i, Bytes const& bytes) {
         return i.opcode_map != OpcodeMap::OneByte && (i.rep || i.repne) &&
                std::find(bytes.begin(), bytes.begin() + i.length, 0x66) !=
                    bytes.begin() + i.length;
     }},
    {"of F2 and F3 the last one counts, as in the processors; in the core F3 wins",
     [](Instruction const& i, Bytes const& bytes) {
         auto const end = bytes.begin() + i.length;
         return i.repne && std::find(bytes.begin(), end, 0xf3) != end;
     }},
    {"SHLD and SHRD m, r, imm8: the core forgets the immediate when the address is relative to RIP",
     [](Instruction const& i, Bytes const&) {
         return i.memory.rip_relative && in_map(i, OpcodeMap::TwoByte, {0xa4, 0xac});
     }},
    {"FLDENV, FNSAVE, FRSTOR: the core skips pointers it does not keep and takes REX.W for a size",
     [](Instruction const& i, Bytes const&) {
         return in_map(i, OpcodeMap::OneByte, {0xd9, 0xdd}) && ((i.modrm >> 3U) & 5U) == 4;
     }},
    {"half-width sources (CVTPS2PI, CVTPS2PD, CVTDQ2PD, PUNPCKL, ROUNDSS, ROUNDSD): the core reads "
     "the whole register's width",
     [](Instruction const& i, Bytes const&) {
         return in_map(i, OpcodeMap::TwoByte, {0x2c, 0x2d, 0x5a, 0x60, 0x61, 0x62, 0xe6}) ||
                in_map(i, OpcodeMap::ThreeByte3A, {0x0a, 0x0b});
     }},
    {"FXSAVE and FXRSTOR leave out the reserved part of the 512 bytes",
     [](Instruction const& i, Bytes const&) {
         return in_map(i, OpcodeMap::TwoByte, {0xae}) && i.memory.size == 512;
     }},
    {"MASKMOVQ touches only the bytes that the mask selects",
     [](Instruction const& i, Bytes const&) { return in_map(i, OpcodeMap::TwoByte, {0xf7}); }},
    {"CRC32 without 66 in 16-bit code has a 16-bit source (SDM volume 2, CRC32); the core reads 32",
     [](Instruction const& i, Bytes const&) {
         return in_map(i, OpcodeMap::ThreeByte38, {0xf1}) && i.code_size == CodeSize::Bits16;
     }},
    {"mandatory prefixes that select nothing on Intel (MOVNTSS, MOVNTSD of AMD; F2 and F3 0F D6)",
     [](Instruction const& i, Bytes const&) {
         return in_map(i, OpcodeMap::TwoByte, {0x2b, 0xd6}) && (i.rep || i.repne);
     }},
}};

class OperandTrial {
public:
    explicit OperandTrial(CodeSize size)
        : size_{size}
        , bases_{size == CodeSize::Bits64 ? long_mode_bases : segment_bases} {}

    void run(Bytes bytes, Noise& noise) {
        for (std::size_t at = 3; at < bytes.size(); ++at) { // small displacements stay in memory
            if (noise.below(3) != 0) {
                bytes[at] = 0;
            }
        }
        Instruction const ours = decode(std::span{bytes.data(), 15}, size_);
        if (!is_complete(ours) || containment(ours) != Containment::Harmless || is_branch(ours) ||
            aborts_translator(ours)) {
            return;
        }
        std::array<u64, 16> gpr{};
        core_.reset(size_, 3, bases_);
        for (unsigned number = 0; number < 16; ++number) {
            gpr[number] = 0x8000 + noise.below(0x7000);
        }
        gpr[1] = 1 + noise.below(3); // a short REP
        for (unsigned number = 0; number < 16; ++number) {
            core_.set_register(number, gpr[number]);
        }
        u64 const next_ip = core_.next_place() + ours.length;
        Observed const seen = core_.execute(std::span{bytes.data(), ours.length});
        if (seen.outcome != Outcome::Executed) {
            return;
        }
        for (BareUnicorn::Touch const& touch : core_.touches()) {
            if (touch.address < BareUnicorn::data_page) {
                return; // among the code: the instruction may have overwritten itself
            }
        }
        judge(ours, gpr, next_ip, bytes);
    }

    [[nodiscard]] std::string report() const {
        std::string text;
        for (auto const& [key, value] : wrong_) {
            text += key + value + "\n";
        }
        return text;
    }
    [[nodiscard]] std::size_t wrong() const { return wrong_.size(); }
    [[nodiscard]] bool used(std::size_t row) const { return used_[row]; }
    [[nodiscard]] unsigned compared() const { return compared_; }

private:
    [[nodiscard]] u64 linear(u8 segment, u64 offset) const {
        u64 const address = offset + bases_[segment];
        return size_ == CodeSize::Bits64 ? address : address & 0xffffffffU;
    }

    void judge(Instruction const& ours, std::array<u64, 16> const& gpr, u64 next_ip,
               Bytes const& bytes) {
        if (ours.reads_stack || ours.writes_stack) {
            judge_beside_stack(ours, gpr, next_ip, bytes);
            return;
        }
        Range seen;
        if (ours.is_string) {
            judge_string(ours, gpr, bytes);
            return;
        }
        for (BareUnicorn::Touch const& touch : core_.touches()) {
            seen.add(touch);
        }
        u64 const page_mask = ~u64{0xfff};
        if (((seen.end - 1) & page_mask) != (seen.first & page_mask)) {
            return; // the core reads a crossing operand in aligned pieces
        }
        bool const touches = ours.memory.present && (ours.memory.read || ours.memory.write);
        u64 const first = linear(ours.memory.segment, effective_address(ours, gpr, next_ip));
        ++compared_;
        if (touches != !seen.empty() ||
            (touches && (seen.first != first || seen.end != first + ours.memory.size ||
                         seen.read != ours.memory.read || seen.write != ours.memory.write))) {
            complain(ours, seen, first, bytes);
        }
    }

    // PUSH and POP of memory, CALL: the explicit operand is among what was touched.
    void judge_beside_stack(Instruction const& ours, std::array<u64, 16> const& gpr, u64 next_ip,
                            Bytes const& bytes) {
        if (!ours.memory.present) {
            return;
        }
        u64 const first = linear(ours.memory.segment, effective_address(ours, gpr, next_ip));
        ++compared_;
        for (BareUnicorn::Touch const& touch : core_.touches()) {
            if (touch.address == first && touch.size == ours.memory.size &&
                touch.write == ours.memory.write) {
                return;
            }
        }
        complain(ours, {}, first, bytes);
    }

    void judge_string(Instruction const& ours, std::array<u64, 16> const& gpr, Bytes const& bytes) {
        u64 const source = linear(ours.memory.segment, string_source(ours, gpr));
        u64 const destination = linear(sreg::ES, string_destination(ours, gpr));
        auto const touched = [&](u64 address, bool write) {
            return std::any_of(core_.touches().begin(), core_.touches().end(),
                               [&](BareUnicorn::Touch const& touch) {
                                   return touch.address == address && touch.write == write &&
                                          touch.size == ours.operand_size;
                               });
        };
        ++compared_;
        if ((ours.string_reads_source && !touched(source, false)) ||
            (ours.string_reads_destination && !touched(destination, false)) ||
            (ours.string_writes_destination && !touched(destination, true))) {
            complain(ours, {}, destination, bytes);
        }
    }

    void complain(Instruction const& ours, Range const& seen, u64 first, Bytes const& bytes) {
        for (std::size_t row = 0; row < core_strays.size(); ++row) {
            if (core_strays[row].applies(ours, bytes)) {
                used_[row] = true;
                return;
            }
        }
        std::string const key = "map " + std::to_string(static_cast<unsigned>(ours.opcode_map)) +
                                " opcode " + hex(std::span{&ours.opcode, 1}) + "/" +
                                std::to_string((ours.modrm >> 3U) & 7U) +
                                (ours.lock ? " LOCK" : "") + ": ";
        wrong_.try_emplace(
            key, hex(std::span{bytes.data(), ours.length}) + "ours " + std::to_string(first) + "+" +
                     std::to_string(ours.memory.size) + (ours.memory.read ? " r" : "") +
                     (ours.memory.write ? " w" : "") + "; core " + std::to_string(seen.first) +
                     "+" + std::to_string(seen.empty() ? 0 : seen.end - seen.first) +
                     (seen.read ? " r" : "") + (seen.write ? " w" : ""));
    }

    CodeSize size_;
    BareUnicorn::Bases bases_;
    BareUnicorn core_{};
    std::array<bool, core_strays.size()> used_{};
    std::map<std::string, std::string> wrong_;
    unsigned compared_ = 0;
};

} // namespace

TEST_SUITE("decoder") {
    TEST_CASE("decoder: the bytes an instruction names are the bytes the core reads and writes") {
        if (!bare_unicorn_fits()) {
            MESSAGE("skipped: the processor state of this Unicorn is not laid out as in 2.0.1");
            return;
        }
        std::array<bool, core_strays.size()> used{};
        for (CodeSize size : code_sizes) {
            CAPTURE(name(size));
            OperandTrial trial{size};
            Noise noise{0xadd7e55};
            u64 turn = 0;
            for_each_encoding(size, [&](Bytes const& bytes) {
                if (turn++ % 17 == 0) {
                    trial.run(bytes, noise);
                }
            });
            for (unsigned count = 0; count < 60'000; ++count) {
                trial.run(noisy_instruction(noise), noise);
            }
            for (unsigned count = 0; count < 100 && size == CodeSize::Bits64; ++count) {
                // shld $4, %eax, 0x8000(%rip): too rare to be left to the noise
                trial.run({0x0f, 0xa4, 0x05, 0, 0x80, 0, 0, 4}, noise);
            }
            INFO(trial.report());
            CHECK(trial.wrong() == 0);
            CHECK(trial.compared() > 20'000);
            for (std::size_t row = 0; row < used.size(); ++row) {
                used[row] = used[row] || trial.used(row);
            }
        }
        for (std::size_t row = 0; row < used.size(); ++row) {
            std::string const reason = core_strays[row].reason;
            INFO("no case needs: ", reason);
            CHECK(used[row]);
        }
    }
}

} // namespace ringside::test
