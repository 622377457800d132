// What the bare processor core does with every one- and two-byte opcode at the hidden privilege
// levels, against what the decoder and core/decoder/sensitivity.hpp say it will do.
#include "core/decoder/decode.hpp"
#include "core/decoder/sensitivity.hpp"
#include "tests/decoder/bare_unicorn.hpp"
#include "tests/decoder/byte_cases.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

namespace ringside::test {
namespace {

// The opcodes with the ModRM bytes that matter: [rCX] or [DI] and registers rAX and rCX with every
// reg field; all registers where ModRM is the opcode.
template <class Visit>
void for_each_core_case(CodeSize size, Visit visit) {
    Noise noise{4711};
    std::vector<std::vector<u8>> leads{{}, {0x66}, {0xf2}, {0xf3}, {0xf0}};
    if (size == CodeSize::Bits64) {
        leads.push_back({0x48});
    }
    u8 const pointer = size == CodeSize::Bits16 ? 5 : 1;
    for (std::vector<u8> const& lead : leads) {
        for (bool two_byte : {false, true}) {
            for (unsigned opcode = 0; opcode < 256; ++opcode) {
                bool const every = (two_byte && (opcode == 0x01 || opcode == 0xae)) ||
                                   (!two_byte && opcode >= 0xd8 && opcode <= 0xdf);
                for (unsigned modrm = 0; modrm < 256; ++modrm) {
                    bool const wanted = (modrm < 0x40 && (modrm & 7U) == pointer) ||
                                        (modrm >= 0xc0 && (every || (modrm & 7U) <= 1));
                    if (!wanted) {
                        continue;
                    }
                    Bytes bytes = noise.bytes();
                    std::size_t at = 0;
                    for (u8 value : lead) {
                        bytes[at++] = value;
                    }
                    if (two_byte) {
                        bytes[at++] = 0x0f;
                    }
                    bytes[at++] = static_cast<u8>(opcode);
                    bytes[at] = static_cast<u8>(modrm);
                    visit(bytes);
                }
            }
        }
    }
}

// Rows the core answers in its own way, harmless as they are. #GP(0) of these is the manual's too.
bool may_raise_general_protection(Instruction const& instruction) {
    bool const state_load = instruction.opcode_map == OpcodeMap::TwoByte &&
                            instruction.opcode == 0xae; // LDMXCSR, FXRSTOR: reserved bits
    return state_load;
}

class Trial {
public:
    Trial(CodeSize size, unsigned cpl)
        : size_{size}
        , cpl_{cpl} {}

    void run(Bytes const& noise) {
        Instruction const ours = decode(std::span{noise.data(), 15}, size_);
        Bytes bytes{};
        bytes.fill(0x90); // what follows must not matter
        std::copy_n(noise.begin(), std::clamp<unsigned>(ours.length, 1, 15), bytes.begin());
        core_.reset(size_, cpl_);
        for (unsigned number = 1; number < 16; ++number) { // rAX stays 0: a null selector
            core_.set_register(number, 0x9000 + 0x80 * number);
        }
        Observed const seen = core_.execute(std::span{bytes.data(), 15});
        judge(ours, seen, bytes);
        ++cases_;
    }
    [[nodiscard]] std::string const& report() const { return report_; }
    [[nodiscard]] unsigned wrong() const { return wrong_; }
    [[nodiscard]] unsigned cases() const { return cases_; }
    [[nodiscard]] std::set<Operation> const& leaked() const { return leaked_; }

private:
    void complain(char const* what, Instruction const& ours, Observed const& seen,
                  Bytes const& bytes) {
        if (wrong_++ < 20) {
            report_ += std::string{what} + ": " + hex(std::span{bytes.data(), 8}) + "operation " +
                       std::to_string(static_cast<unsigned>(ours.operation)) + " length " +
                       std::to_string(ours.length) + "; core: outcome " +
                       std::to_string(static_cast<unsigned>(seen.outcome)) + " vector " +
                       std::to_string(seen.vector) + " length " + std::to_string(seen.length) +
                       " ip+" + std::to_string(seen.ip) + "\n";
        }
    }

    void judge(Instruction const& ours, Observed const& seen, Bytes const& bytes) {
        bool const aborted = seen.outcome == Outcome::Aborted;
        if (aborted != aborts_translator(ours)) {
            complain("aborts_translator() is wrong", ours, seen, bytes);
        }
        if (aborted || seen.outcome == Outcome::InvalidOpcode) {
            return; // #UD before any effect is always safe
        }
        bool const refused = seen.outcome == Outcome::Exception && seen.vector == 13;
        // An instruction that is refused at once is not read to its end.
        if (is_complete(ours) && !refused && seen.length != 0 && seen.length != ours.length &&
            !keeps_the_displacement(ours, bytes)) {
            complain("another length", ours, seen, bytes);
        }
        switch (containment(ours)) {
        case Containment::Harmless:
            if (seen.system_changed || seen.outcome == Outcome::Callback ||
                seen.outcome == Outcome::Halted || seen.outcome == Outcome::Interrupt ||
                (refused && !may_raise_general_protection(ours))) {
                complain("not harmless", ours, seen, bytes);
            }
            break;
        case Containment::Traps:
            if (!refused || seen.registers_changed || seen.system_changed || seen.memory_changed) {
                complain("does not trap before any effect", ours, seen, bytes);
            }
            break;
        case Containment::Interrupts:
            if (seen.outcome != Outcome::Interrupt && ours.operation != Operation::Into) {
                complain("is no interrupt", ours, seen, bytes);
            }
            break;
        case Containment::Leaks:
            // IRET is refused, but not before it has read its stack.
            if (!refused || !core_.touches().empty()) {
                leaked_.insert(ours.operation);
            }
            break;
        }
    }

    // The core follows AMD: 66 before a near branch in 64-bit code makes a 16-bit displacement.
    static bool keeps_the_displacement(Instruction const& ours, Bytes const& bytes) {
        return ours.code_size == CodeSize::Bits64 && ours.relative &&
               std::find(bytes.begin(), bytes.begin() + 3, 0x66) != bytes.begin() + 3;
    }

    CodeSize size_;
    unsigned cpl_;
    BareUnicorn core_{};
    unsigned cases_ = 0;
    unsigned wrong_ = 0;
    std::string report_;
    std::set<Operation> leaked_;
};

// Everything that is hooked because it would run behind the model's back.
std::set<Operation> operations_said_to_leak() {
    std::set<Operation> all;
    for (unsigned number = 0; number <= static_cast<unsigned>(Operation::Swapgs); ++number) {
        Instruction instruction{};
        instruction.operation = static_cast<Operation>(number);
        if (leaks(instruction)) {
            all.insert(instruction.operation);
        }
    }
    return all;
}

} // namespace

TEST_SUITE("decoder") {
    TEST_CASE("decoder: the bare core traps, leaks and aborts exactly where sensitivity.hpp says, "
              "at CPL 1 and CPL 3") {
        if (!bare_unicorn_fits()) {
            MESSAGE("skipped: the processor state of this Unicorn is not laid out as in 2.0.1");
            return;
        }
        std::set<Operation> leaked;
        for (CodeSize size : code_sizes) {
            for (unsigned cpl : {1U, 3U}) {
                CAPTURE(name(size));
                CAPTURE(cpl);
                Trial trial{size, cpl};
                for_each_core_case(size, [&](Bytes const& bytes) { trial.run(bytes); });
                INFO(trial.report());
                CHECK(trial.wrong() == 0);
                CHECK(trial.cases() > 50'000);
                leaked.insert(trial.leaked().begin(), trial.leaked().end());
            }
        }
        for (Operation operation : operations_said_to_leak()) {
            CAPTURE(static_cast<unsigned>(operation));
            CHECK(leaked.contains(operation)); // or its hook is for nothing
        }
    }
}

} // namespace ringside::test
