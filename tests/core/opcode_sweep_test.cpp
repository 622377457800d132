// Every one- and two-byte opcode with every ModRM.reg, a memory and a register operand, in 16-, 32-
// and 64-bit code, in both rings, on the whole machine. Ring 3 is compared with what silicon did
// (tests/data/opcodes, recorded by the program beside it), ring 0 with the same record but for what
// the manual gives to ring 0 alone.
#include "core/decoder/decode.hpp"
#include "core/decoder/sensitivity.hpp"
#include "tests/core/opcode_sweep.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace ringside::tests {
namespace {

constexpr std::string_view left_out = "-";

// ---- The record.

struct Line {
    OpcodeCase first; // of its sixteen forms
    std::vector<std::string> words;
};

CodeSize size_named(std::string const& text) {
    return text == "16" ? CodeSize::Bits16 : text == "32" ? CodeSize::Bits32 : CodeSize::Bits64;
}

std::vector<Line> record_of(CodeSize size) {
    std::ifstream file{RINGSIDE_SOURCE_DIR "/tests/data/opcodes/ring3.txt"};
    std::vector<Line> lines;
    std::string text;
    while (std::getline(file, text)) {
        std::istringstream words{text};
        std::string bits, opcode, variant, word;
        words >> bits >> opcode >> variant;
        if (size_named(bits) != size) {
            continue;
        }
        Line line{.first = {.size = size,
                            .two_byte = opcode.size() == 4,
                            .opcode = static_cast<u8>(
                                std::stoul(opcode.substr(opcode.size() - 2), nullptr, 16)),
                            .variant = variant == "aligned"  ? Variant::Aligned
                                       : variant == "astray" ? Variant::Astray
                                                             : Variant::Checked},
                  .words = {}};
        while (words >> word) {
            line.words.push_back(word);
        }
        if (line.words.size() == 1) {
            line.words.resize(16, line.words.front());
        }
        lines.push_back(line);
    }
    return lines;
}

// ---- Where we mean to differ from that silicon.

struct Difference {
    bool two_byte;
    u8 first, last; // opcodes
    unsigned regs;  // bit N: ModRM.reg N
    bool memory, in_register;
    char const* ours;
    char const* reason;
};

constexpr unsigned any = 0xff;

constexpr std::array<Difference, 5> differences{{
    {true, 0x01, 0x01, 0x8d, false, true, "6",
     "VMCALL, XSETBV, VMMCALL, RDTSCP: CPUID does not offer them"},
    {true, 0x38, 0x3a, any, true, true, "6", "SHA, ADX and the like: CPUID does not offer them"},
    {true, 0xae, 0xae, 0x70, true, false, "6", "XSAVE, XRSTOR, XSAVEOPT: not offered"},
    {true, 0xc7, 0xc7, 0x38, true, false, "6", "XRSTORS, XSAVEC, XSAVES: not offered"},
    {true, 0xc7, 0xc7, 0xc0, false, true, "6", "RDRAND, RDSEED: not offered"},
}};

Difference const* known(OpcodeCase const& given, std::string const& ours) {
    bool const is_memory = given.form < 8;
    auto const* const found = std::ranges::find_if(differences, [&](Difference const& row) {
        return row.two_byte == given.two_byte && row.first <= given.opcode &&
               given.opcode <= row.last && (row.regs >> (given.form % 8) & 1U) != 0 &&
               (is_memory ? row.memory : row.in_register) && row.ours == ours;
    });
    return found == differences.end() ? nullptr : found;
}

// ---- What the manual gives to ring 0.

struct Privileged {
    bool two_byte;
    u8 first, last;
    unsigned regs;
    bool memory, in_register;
    std::array<char const*, 3> words; // in 16-, 32- and 64-bit code
};

constexpr std::array<char const*, 3> retires{".", ".", "."};
constexpr std::array<char const*, 3> refused{"d", "d", "d"};
constexpr std::array<char const*, 3> undefined{"6", "6", "6"};

constexpr std::array<Privileged, 31> privileged{{
    {false, 0x6c, 0x6f, any, true, true, retires}, // INS, OUTS
    {false, 0xe4, 0xe7, any, true, true, retires}, // IN, OUT
    {false, 0xec, 0xef, any, true, true, retires},
    {false, 0xf4, 0xf4, any, true, true, retires}, // HLT
    {false, 0xfa, 0xfb, any, true, true, retires}, // CLI, STI
    // LLDT and LTR of a selector beyond the GDT.
    {true, 0x00, 0x00, 0x0c, true, false, {"d:100", "d:100", "d:100"}},
    {true, 0x00, 0x00, 0x0c, false, true, {"d:1000", "d:1000", "d:1000"}},
    // LGDT and LIDT: in 64-bit code the base in memory is not canonical.
    {true, 0x01, 0x01, 0x0c, true, false, {".", ".", "d"}},
    {true, 0x01, 0x01, 0x40, true, true, retires},        // LMSW
    {true, 0x01, 0x01, 0x80, true, false, retires},       // INVLPG
    {true, 0x05, 0x05, any, true, true, {"6", "6", "."}}, // SYSCALL
    {true, 0x06, 0x06, any, true, true, retires},         // CLTS
    {true, 0x07, 0x07, any, true, true, {"6", "6", "."}}, // SYSRET
    {true, 0x08, 0x09, any, true, true, retires},         // INVD, WBINVD
    {true, 0x20, 0x20, 0x1d, true, true, retires},        // MOV from CR0, CR2, CR3, CR4
    {true, 0x20, 0x20, 0xe2, true, true, undefined},
    {true, 0x21, 0x21, 0xcf, true, true, retires}, // MOV from DR; with CR4.DE no DR4 and DR5
    {true, 0x21, 0x21, 0x30, true, true, undefined},
    // MOV to CR0: the value clears PG, which 64-bit code may not.
    {true, 0x22, 0x22, 0x01, true, true, {".", ".", "d"}},
    {true, 0x22, 0x22, 0x0c, true, true, retires}, // CR2, CR3
    {true, 0x22, 0x22, 0x10, true, true, refused}, // CR4: the value sets a reserved bit
    {true, 0x22, 0x22, 0xe2, true, true, undefined},
    {true, 0x23, 0x23, 0xcf, true, true, retires}, // MOV to DR
    {true, 0x23, 0x23, 0x30, true, true, undefined},
    {true, 0x30, 0x30, any, true, true, refused}, // WRMSR, RDMSR: no such register
    {true, 0x32, 0x32, any, true, true, refused},
    {true, 0x33, 0x33, any, true, true, refused},   // RDPMC: no such counter
    {true, 0x34, 0x35, any, true, true, refused},   // SYSENTER, SYSEXIT: IA32_SYSENTER_CS is null
    {true, 0x00, 0x00, 0x03, true, true, retires},  // SLDT, STR
    {true, 0x01, 0x01, 0x03, true, false, retires}, // SGDT, SIDT
    {true, 0x01, 0x01, 0x10, true, true, retires},  // SMSW
}};

std::string const* word_of(OpcodeCase const& given) {
    static std::string word;
    bool const is_memory = given.form < 8;
    if (!given.two_byte && given.opcode == 0xcd) { // INT n: its byte is the one that ModRM is
        word = fmt::format("{:x}", OpcodeMachine::bytes(given)[1]);
        return &word;
    }
    for (Privileged const& row : privileged) {
        if (row.two_byte == given.two_byte && row.first <= given.opcode &&
            given.opcode <= row.last && (row.regs >> (given.form % 8) & 1U) != 0 &&
            (is_memory ? row.memory : row.in_register)) {
            word = row.words.at(static_cast<std::size_t>(given.size));
            return &word;
        }
    }
    return nullptr;
}

// What the record leaves out, in ring 3: none of it is privileged.
std::string left_out_word(OpcodeCase const& given) {
    std::string const* const word = word_of(given);
    bool const stores = given.opcode < 2 && given.form < 8;
    bool const is_checked = given.variant == Variant::Checked;
    return stores && is_checked ? "11" : word == nullptr ? "?" : *word;
}

std::string text_of(OpcodeCase const& given) {
    return fmt::format("{} {}{:02x} /{} {} {}", 16U << static_cast<unsigned>(given.size),
                       given.two_byte ? "0f" : "", given.opcode, given.form % 8,
                       given.form < 8 ? "memory" : "register",
                       given.variant == Variant::Aligned  ? "aligned"
                       : given.variant == Variant::Astray ? "astray"
                                                          : "checked");
}

// Has an instruction that the engine executed alone touched nothing but what is everyone's?
bool only_general(Cpu const& before, Cpu after) {
    constexpr u64 arithmetic = 0xcd5; // CF PF AF ZF SF DF OF
    after.gpr = before.gpr;
    after.rip = before.rip;
    after.rflags = (after.rflags & ~arithmetic) | (before.rflags & arithmetic);
    return after == before;
}

class Sweep {
public:
    explicit Sweep(CodeSize size) {
        for (Line const& line : record_of(size)) {
            OpcodeCase given = line.first;
            // A register operand does not care where pointers point.
            unsigned const forms = given.variant == Variant::Aligned ? 16 : 8;
            for (given.form = 0; given.form < forms; ++given.form) {
                look_at(given, line.words[given.form]);
            }
        }
    }
    [[nodiscard]] unsigned cases() const { return cases_; }
    [[nodiscard]] unsigned differences() const { return differences_; }

private:
    void look_at(OpcodeCase const& given, std::string const& recorded) {
        if (recorded == left_out && word_of(given) == nullptr) {
            return; // a prefix
        }
        ++cases_;
        std::string const in_ring3 = recorded == left_out ? left_out_word(given) : recorded;
        check(given, Ring::R3, in_ring3);
        if (given.variant == Variant::Checked) {
            return; // rings 0 to 2 are never checked
        }
        std::string const* const own = word_of(given);
        check(given, Ring::R0, own == nullptr ? in_ring3 : *own);
    }

    void check(OpcodeCase const& given, Ring ring, std::string const& wanted) {
        INFO(text_of(given), " ring ", static_cast<unsigned>(ring));
        std::string const ours = machine_.step(given, ring);
        Instruction const instruction = decode(OpcodeMachine::bytes(given), given.size);
        if (ours != wanted && known(given, ours) != nullptr) {
            ++differences_;
        } else if (ours != wanted) {
            FAIL_CHECK("recorded ", wanted, ", ours ", ours);
        }
        if (instruction.operation == Operation::Undefined) {
            CHECK(ours == "6");
        }
        if (!is_sensitive(instruction) && ours == ".") {
            CHECK(only_general(machine_.before(), machine_.cpu()));
        }
        if (given.variant == Variant::Aligned) { // and at full speed
            Cpu const stepped = machine_.cpu();
            CHECK(machine_.run(given, ring) == ours);
            CHECK(machine_.cpu() == stepped);
        }
    }

    OpcodeMachine machine_;
    unsigned cases_ = 0;
    unsigned differences_ = 0;
};

void check_size(CodeSize size, unsigned least) {
    Sweep const sweep{size};
    CHECK(sweep.cases() > least);
    CHECK(sweep.differences() > 0); // the list above is needed
}

TEST_CASE("opcodes: 16-bit code does what silicon does, in both rings") {
    check_size(CodeSize::Bits16, 15000);
}

TEST_CASE("opcodes: 32-bit code does what silicon does, in both rings") {
    check_size(CodeSize::Bits32, 15000);
}

TEST_CASE("opcodes: 64-bit code does what silicon does, in both rings") {
    check_size(CodeSize::Bits64, 14000);
}

} // namespace
} // namespace ringside::tests
