#include "core/decoder/decode.hpp"

#include "core/decoder/opcode_tables.hpp"
#include "core/decoder/operand_reader.hpp"

namespace ringside {
namespace {

using opcode::Form;
namespace trait = opcode::trait;

class Decoder {
public:
    Decoder(std::span<u8 const> bytes, CodeSize size)
        : reader_{bytes, size} {
        instruction_.code_size = size;
    }

    Instruction run() {
        reader_.read_prefixes(instruction_);
        Form const form = resolve_group(read_opcode());
        instruction_.operation = form.operation;
        instruction_.flow = form.flow;
        instruction_.reads_stack = form.has(trait::Pops);
        instruction_.writes_stack = form.has(trait::Pushes);
        reader_.set_sizes(instruction_, form);
        if (form.has(trait::ModRM)) {
            reader_.read_modrm(instruction_, form.has(trait::AlwaysRegister));
        } else {
            instruction_.reg = reader_.register_in_opcode(instruction_.opcode);
        }
        reader_.read_immediate(instruction_, form.immediate);
        describe_memory(form);
        name_registers();
        refuse_undefined(form);
        judge_length();
        return instruction_;
    }

private:
    [[nodiscard]] bool long_mode() const { return instruction_.code_size == CodeSize::Bits64; }

    Form read_opcode() {
        u8 const first = reader_.byte();
        instruction_.opcode = first;
        if (first == 0x0f) {
            return read_two_byte_opcode();
        }
        if (is_vector_prefix(first)) {
            instruction_.opcode_map = OpcodeMap::Vector;
            return {};
        }
        if (first == 0x63 && long_mode()) { // MOVSXD instead of ARPL
            return {.operation = Operation::Innocent,
                    .width = opcode::Width::Dword,
                    .access = opcode::Access::Read,
                    .traits = trait::ModRM};
        }
        if (first >= 0xd8 && first <= 0xdf) {
            return opcode::x87(first, reader_.peek());
        }
        return opcode::one_byte[first];
    }

    Form read_two_byte_opcode() {
        u8 const second = reader_.byte();
        instruction_.opcode = second;
        if (second == 0x38) {
            instruction_.opcode_map = OpcodeMap::ThreeByte38;
            instruction_.opcode = reader_.byte();
            return opcode::three_byte38[instruction_.opcode];
        }
        if (second == 0x3a) {
            instruction_.opcode_map = OpcodeMap::ThreeByte3A;
            instruction_.opcode = reader_.byte();
            return opcode::three_byte3a[instruction_.opcode];
        }
        instruction_.opcode_map = OpcodeMap::TwoByte;
        return opcode::two_byte[second];
    }

    // VEX (C4, C5) and EVEX (62) took the encodings LES, LDS and BOUND leave empty; AMD's XOP took
    // those of POP (8F).
    [[nodiscard]] bool is_vector_prefix(u8 first) const {
        if (first == 0x8f) {
            return (reader_.peek() & 0x1fU) >= 8;
        }
        return (first == 0xc4 || first == 0xc5 || first == 0x62) &&
               (long_mode() || reader_.peek() >= 0xc0);
    }

    [[nodiscard]] Form resolve_group(Form const& form) const {
        if (form.group == opcode::Group::None) {
            return form;
        }
        u8 const modrm = reader_.peek();
        if (form.group == opcode::Group::SystemTables && modrm >= 0xc0) {
            return opcode::system_register_form(modrm);
        }
        Form member = opcode::member(form.group, modrm);
        member.traits = static_cast<u16>(member.traits | form.traits);
        if (form.immediate != opcode::Immediate::None) {
            member.immediate = form.immediate;
        }
        return member;
    }

    void describe_memory(Form form) {
        adjust_for_prefix(form);
        MemoryOperand& memory = instruction_.memory;
        if (!memory.present) {
            return;
        }
        memory.size = reader_.memory_size(instruction_, form.width);
        memory.read =
            form.access == opcode::Access::Read || form.access == opcode::Access::ReadWrite;
        memory.write =
            form.access == opcode::Access::Write || form.access == opcode::Access::ReadWrite;
        memory.adds_bit_offset = form.has(trait::BitOffset);
    }

    // Operands that are not where ModRM says, and directions that a mandatory prefix turns round.
    void adjust_for_prefix(Form& form) {
        MemoryOperand& memory = instruction_.memory;
        u8 const opcode = instruction_.opcode;
        switch (instruction_.opcode_map) {
        case OpcodeMap::OneByte:
            if (opcode >= 0xa0 && opcode <= 0xa3) { // the offset is the immediate
                memory.present = true;
                memory.displacement = static_cast<i64>(instruction_.immediate);
            } else if (opcode == 0xd7) {
                memory.present = memory.adds_al = true;
                memory.base = 3;
            }
            break;
        case OpcodeMap::TwoByte:
            if (opcode == 0x7e && instruction_.rep) { // MOVQ xmm, m64
                form.access = opcode::Access::Read;
            } else if (opcode == 0xf7 && instruction_.rm_is_register) { // MASKMOVQ [rDI]
                form.access = opcode::Access::Write;
                form.width = opcode::Width::Mmx;
                memory.present = true;
                memory.base = 7;
            }
            break;
        case OpcodeMap::ThreeByte38:
            if ((opcode == 0xf0 || opcode == 0xf1) && instruction_.repne) { // CRC32
                form.access = opcode::Access::Read;
                form.width = opcode == 0xf0 ? opcode::Width::Byte : opcode::Width::V;
            }
            break;
        case OpcodeMap::ThreeByte3A:
        case OpcodeMap::Vector:
            break;
        }
        string_operands(form);
    }

    void string_operands(Form const& form) {
        instruction_.string_reads_source = form.has(trait::StringSource);
        instruction_.string_reads_destination = form.has(trait::StringReadsDestination);
        instruction_.string_writes_destination = form.has(trait::StringWritesDestination);
        instruction_.is_string = instruction_.string_reads_source ||
                                 instruction_.string_reads_destination ||
                                 instruction_.string_writes_destination;
    }

    void name_registers() {
        u8 const opcode = instruction_.opcode;
        bool const two_byte = instruction_.opcode_map == OpcodeMap::TwoByte;
        switch (instruction_.operation) {
        case Operation::MovToSreg:
        case Operation::MovFromSreg:
            instruction_.sreg = (instruction_.modrm >> 3U) & 7U;
            break;
        case Operation::PushSreg:
        case Operation::PopSreg:
            instruction_.sreg = two_byte ? (opcode < 0xa8 ? sreg::FS : sreg::GS) : (opcode >> 3U);
            break;
        case Operation::LoadFarPointer:
            if (two_byte) {
                instruction_.sreg = opcode == 0xb2 ? sreg::SS : opcode & 7U;
            } else {
                instruction_.sreg = opcode == 0xc4 ? sreg::ES : sreg::DS;
            }
            break;
        case Operation::In:
        case Operation::Out:
            instruction_.port_in_dx = opcode >= 0xec;
            break;
        case Operation::Rdseed:
            if (instruction_.rep) {
                instruction_.operation = Operation::Rdpid;
            }
            break;
        default:
            break;
        }
        if (two_byte && opcode == 0xae && instruction_.rm_is_register) {
            name_segment_base_access();
        }
        unsigned const extension = (u32{instruction_.modrm} >> 3U) & 7U;
        if (two_byte && instruction_.rm_is_register &&
            (opcode == 0x0d || (opcode == 0x18 && extension < 4))) {
            instruction_.operation = Operation::HintOfRegister;
        }
    }

    // F3 0F AE with a register operand: RDFSBASE RDGSBASE WRFSBASE WRGSBASE, in 64-bit code only.
    void name_segment_base_access() {
        u8 const which = instruction_.reg & 7U;
        if (which > 3) {
            return;
        }
        bool const defined = instruction_.rep && long_mode();
        instruction_.operation =
            defined ? static_cast<Operation>(static_cast<unsigned>(Operation::Rdfsbase) + which)
                    : Operation::Undefined;
    }

    void refuse_undefined(Form const& form) {
        bool const memory = instruction_.has_modrm && !instruction_.rm_is_register;
        bool undefined = (form.has(trait::Not64) && long_mode()) ||
                         (form.has(trait::MemoryOnly) && !memory) ||
                         (form.has(trait::RegisterOnly) && memory) ||
                         (instruction_.lock && !(form.has(trait::Lockable) && memory)) ||
                         (form.has(trait::Prefixed) && !reader_.has_mandatory_prefix(instruction_));
        switch (instruction_.operation) {
        case Operation::MovToSreg:
            undefined |= instruction_.sreg == sreg::CS || instruction_.sreg > sreg::GS;
            break;
        case Operation::MovFromSreg:
            undefined |= instruction_.sreg > sreg::GS;
            break;
        case Operation::MovFromCr:
        case Operation::MovToCr: {
            u8 const cr = instruction_.reg;
            undefined |= cr == 1 || (cr > 4 && cr != 8);
            break;
        }
        case Operation::MovFromDr:
        case Operation::MovToDr:
            undefined |= instruction_.reg > 7;
            break;
        case Operation::Swapgs:
            undefined |= !long_mode();
            break;
        default:
            break;
        }
        undefined |= instruction_.opcode_map == OpcodeMap::TwoByte && instruction_.opcode == 0xb8 &&
                     !instruction_.rep; // JMPE, Itanium's
        if (undefined) {
            instruction_.operation = Operation::Undefined;
        }
    }

    void judge_length() {
        std::size_t const length = reader_.position();
        if (length > longest_instruction && reader_.available() >= longest_instruction) {
            instruction_.operation = Operation::TooLong;
            instruction_.length = longest_instruction;
        } else if (length > reader_.available()) {
            instruction_.operation = Operation::Truncated;
            instruction_.length = static_cast<u8>(reader_.available() + 1);
        } else {
            instruction_.length = static_cast<u8>(length);
        }
    }

    OperandReader reader_;
    Instruction instruction_{};
};

} // namespace

Instruction decode(std::span<u8 const> bytes, CodeSize size) {
    return Decoder{bytes, size}.run();
}

} // namespace ringside
