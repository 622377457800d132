// Does the decoder find the instructions that Capstone finds, with the same length?
#include "core/decoder/decode.hpp"
#include "tests/decoder/byte_cases.hpp"
#include "tests/decoder/capstone_witness.hpp"
#include "tests/decoder/known_differences.hpp"

#include <doctest/doctest.h>

namespace ringside::test {
namespace {

class Comparison {
public:
    explicit Comparison(CodeSize size)
        : size_{size}
        , witness_{size} {}

    void look(Bytes const& bytes) {
        ++cases_;
        std::span<u8 const> const all{bytes.data(), 15};
        Instruction const ours = decode(all, size_);
        cs_insn const* theirs = witness_.look(all);
        bool const known_to_us = is_complete(ours);
        if (known_to_us == (theirs != nullptr) &&
            (theirs == nullptr || theirs->size == ours.length)) {
            return;
        }
        Disagreement const kind = !known_to_us        ? Disagreement::OnlyWitness
                                  : theirs == nullptr ? Disagreement::OnlyOurs
                                                      : Disagreement::Length;
        for (std::size_t row = 0; row < known_differences.size(); ++row) {
            KnownDifference const& known = known_differences[row];
            if (known.kind == kind && known.applies(ours)) {
                used_[row] = true;
                return;
            }
        }
        if (unexplained_++ < 10) {
            report_ += hex(all) + ": ours " + std::to_string(ours.length) +
                       (known_to_us ? "" : " undefined") + ", Capstone " + text(theirs) + "\n";
        }
    }
    [[nodiscard]] bool ready() const { return witness_.ready(); }
    [[nodiscard]] std::string const& report() const { return report_; }
    [[nodiscard]] u64 cases() const { return cases_; }
    [[nodiscard]] u64 unexplained() const { return unexplained_; }
    [[nodiscard]] std::array<bool, known_differences.size()> const& used() const { return used_; }

private:
    CodeSize size_;
    CapstoneWitness witness_;
    u64 cases_ = 0;
    u64 unexplained_ = 0;
    std::string report_;
    std::array<bool, known_differences.size()> used_{};
};

} // namespace

TEST_SUITE("decoder") {
    TEST_CASE("decoder: every opcode of every map, and a million strings of noise, have Capstone's "
              "length or a listed reason why not") {
        std::array<bool, known_differences.size()> used{};
        for (CodeSize size : code_sizes) {
            CAPTURE(name(size));
            Comparison comparison{size};
            REQUIRE(comparison.ready());
            for_each_encoding(size, [&](Bytes const& bytes) { comparison.look(bytes); });
            Noise noise{0x5eed};
            for (unsigned count = 0; count < 1'000'000; ++count) {
                comparison.look(noisy_instruction(noise));
            }
            INFO(comparison.report());
            CHECK(comparison.unexplained() == 0);
            CHECK(comparison.cases() > 2'000'000);
            for (std::size_t row = 0; row < used.size(); ++row) {
                used[row] = used[row] || comparison.used()[row];
            }
        }
        for (std::size_t row = 0; row < used.size(); ++row) {
            std::string const reason = known_differences[row].reason;
            INFO("no case needs: ", reason);
            CHECK(used[row]);
        }
    }
}

} // namespace ringside::test
