#pragma once
// A machine in IA-32e mode for one instruction at a time, as tests/data/opcodes/record.c sets up
// the process whose answers it records: the same selectors, registers and bytes in memory, in 16-,
// 32- and 64-bit code, and ring 0 beside ring 3.
#include "core/decoder/instruction.hpp"
#include "core/machine.hpp"

#include <string>
#include <vector>

namespace ringside::tests {

enum class Variant : u8 { Aligned, Astray, Checked }; // pointers; Checked: and EFLAGS.AC is set

struct OpcodeCase {
    CodeSize size = CodeSize::Bits32;
    bool two_byte = false;
    u8 opcode = 0;
    unsigned form = 0; // ModRM.reg, + 8 with a register operand instead of memory
    Variant variant = Variant::Aligned;
};

class OpcodeMachine {
public:
    OpcodeMachine();

    // "." if the instruction retired; else the vector and, where it is not 0 and the vector is not
    // #PF, ":" and the error code, in hex: the record's words.
    std::string step(OpcodeCase const& given, Ring ring);
    // The same by a free run of one instruction.
    std::string run(OpcodeCase const& given, Ring ring);

    [[nodiscard]] Cpu const& cpu() const { return machine_.cpu(); }
    [[nodiscard]] Cpu const& before() const { return before_; }
    [[nodiscard]] u64 hash() { return machine_.state_hash(); }
    // The bytes of a case's instruction, with zeros behind them.
    [[nodiscard]] static std::vector<u8> bytes(OpcodeCase const& given);

private:
    class Ear final : public trace::EventSink {
    public:
        void on_event(trace::Event&& event) override;
        std::string word = ".";
        bool heard = false;
    };

    void lay_tables();
    void lay_gates();
    void lay_memory();
    void start(OpcodeCase const& given, Ring ring);
    std::string outcome();
    [[nodiscard]] seg::SegmentRegister segment(u16 selector) const;

    Machine machine_{Machine::Bare{}};
    MachineState fresh_;
    std::vector<u8> ones_;
    Cpu before_;
    Ear ear_;
};

} // namespace ringside::tests
