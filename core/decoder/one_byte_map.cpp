// SDM volume 2, table A-2.
#include "core/decoder/form_builders.hpp"

namespace ringside::opcode {
namespace {

using namespace trait;

constexpr void arithmetic_and_stack(Map& map) {       // 00..5F
    for (unsigned row = 0x00; row < 0x40; row += 8) { // ADD OR ADC SBB AND SUB XOR CMP
        bool const compares = row == 0x38;
        map[row] = compares ? reads(Width::Byte) : locked(Width::Byte);
        map[row + 1] = compares ? reads(Width::V) : locked(Width::V);
        map[row + 2] = reads(Width::Byte);
        map[row + 3] = reads(Width::V);
        map[row + 4] = plain(Byte);
        map[row + 5] = plain(Z);
    }
    for (unsigned opcode : {0x06U, 0x0eU, 0x16U, 0x1eU}) {
        map[opcode] = system(Operation::PushSreg, Not64 | Pushes);
    }
    for (unsigned opcode : {0x07U, 0x17U, 0x1fU}) {
        map[opcode] = system(Operation::PopSreg, Not64 | Pops);
    }
    for (unsigned opcode : {0x27U, 0x2fU, 0x37U, 0x3fU}) { // DAA DAS AAA AAS
        map[opcode] = plain(None, Not64);
    }
    fill(map, 0x40, 0x4f, plain()); // INC DEC; in 64-bit code these are REX
    fill(map, 0x50, 0x57, plain(None, Default64 | Pushes));
    fill(map, 0x58, 0x5f, plain(None, Default64 | Pops));
}

constexpr void strings_and_branches(Map& map) {                  // 60..7F
    map[0x60] = plain(None, Not64 | Pushes);                     // PUSHA
    map[0x61] = plain(None, Not64 | Pops);                       // POPA
    map[0x62] = reads(Width::PairOfV, None, Not64 | MemoryOnly); // BOUND
    map[0x63] = as(Operation::Arpl, updates(Width::Word, None)); // 64-bit code: MOVSXD
    map[0x68] = plain(Z, Default64 | Pushes);
    map[0x69] = reads(Width::V, Z);
    map[0x6a] = plain(SignedByte, Default64 | Pushes);
    map[0x6b] = reads(Width::V, SignedByte);
    map[0x6c] = system(Operation::Ins, StringWritesDestination | ByteOperand);
    map[0x6d] = system(Operation::Ins, StringWritesDestination);
    map[0x6e] = system(Operation::Outs, StringSource | ByteOperand);
    map[0x6f] = system(Operation::Outs, StringSource);
    fill(map, 0x70, 0x7f, going(Flow::Conditional, plain(RelativeByte, Force64)));
}

constexpr void moves(Map& map) { // 80..BF
    map[0x80] = grouped(Group::Arithmetic8);
    map[0x81] = grouped(Group::ArithmeticZ);
    map[0x82] = also(Not64, grouped(Group::Arithmetic8));
    map[0x83] = grouped(Group::ArithmeticSign);
    map[0x84] = reads(Width::Byte); // TEST
    map[0x85] = reads(Width::V);
    map[0x86] = locked(Width::Byte); // XCHG
    map[0x87] = locked(Width::V);
    map[0x88] = writes(Width::Byte);
    map[0x89] = writes(Width::V);
    map[0x8a] = reads(Width::Byte);
    map[0x8b] = reads(Width::V);
    map[0x8c] = as(Operation::MovFromSreg, writes(Width::Word));
    map[0x8d] = names(MemoryOnly); // LEA
    map[0x8e] = as(Operation::MovToSreg, reads(Width::Word));
    map[0x8f] = grouped(Group::Pop);
    fill(map, 0x90, 0x99, plain()); // NOP, XCHG rAX, CBW, CWD
    map[0x9a] = going(Flow::Call, as(Operation::FarCall, plain(FarPointer, Not64 | Pushes)));
    map[0x9b] = plain();
    map[0x9c] = system(Operation::Pushf, Default64 | Pushes);
    map[0x9d] = system(Operation::Popf, Default64 | Pops);
    fill(map, 0x9e, 0x9f, plain()); // SAHF LAHF
    map[0xa0] = map[0xa2] = plain(MemoryOffset, ByteOperand);
    map[0xa1] = map[0xa3] = plain(MemoryOffset);
    for (unsigned opcode = 0xa0; opcode <= 0xa3; ++opcode) {
        map[opcode].width = (opcode & 1U) != 0 ? Width::V : Width::Byte;
        map[opcode].access = opcode < 0xa2 ? Access::Read : Access::Write;
    }
    constexpr u16 movs = StringSource | StringWritesDestination;
    constexpr u16 cmps = StringSource | StringReadsDestination;
    constexpr std::array<u16, 6> strings{
        movs, cmps, 0 /* TEST */, StringWritesDestination, StringSource, StringReadsDestination};
    for (unsigned pair = 0; pair < strings.size(); ++pair) {
        map[0xa4 + 2 * pair] = plain(None, strings[pair] | ByteOperand);
        map[0xa5 + 2 * pair] = plain(None, strings[pair]);
    }
    map[0xa8] = plain(Byte); // TEST
    map[0xa9] = plain(Z);
    fill(map, 0xb0, 0xb7, plain(Byte));
    fill(map, 0xb8, 0xbf, plain(V));
}

constexpr void returns_and_far(Map& map) { // C0..DF
    map[0xc0] = grouped(Group::Shift8);
    map[0xc1] = grouped(Group::Shift);
    map[0xc0].immediate = map[0xc1].immediate = Byte;
    fill(map, 0xd0, 0xd3, grouped(Group::Shift));
    map[0xd0] = map[0xd2] = grouped(Group::Shift8);
    map[0xc2] = going(Flow::Return, plain(Word, Force64 | Pops));
    map[0xc3] = going(Flow::Return, plain(None, Force64 | Pops));
    map[0xc4] = map[0xc5] =
        as(Operation::LoadFarPointer, reads(Width::FarPointer, None, Not64 | MemoryOnly));
    map[0xc6] = grouped(Group::Mov8);
    map[0xc7] = grouped(Group::Mov);
    map[0xc8] = plain(WordByte, Default64 | Pushes); // ENTER
    map[0xc9] = plain(None, Default64 | Pops);       // LEAVE
    map[0xca] = going(Flow::Return, as(Operation::FarReturn, plain(Word, Pops)));
    map[0xcb] = going(Flow::Return, system(Operation::FarReturn, Pops));
    map[0xcc] = going(Flow::Interrupt, system(Operation::Int3));
    map[0xcd] = going(Flow::Interrupt, as(Operation::Int, plain(Byte)));
    map[0xce] = going(Flow::Interrupt, system(Operation::Into, Not64));
    map[0xcf] = going(Flow::Return, system(Operation::Iret, Pops));
    map[0xd4] = map[0xd5] = plain(Byte, Not64); // AAM AAD
    map[0xd6] = plain(None, Not64);             // SALC, undocumented but in every processor
    map[0xd7] = plain();                        // XLAT
    map[0xd7].width = Width::Byte;
    map[0xd7].access = Access::Read;
    fill(map, 0xd8, 0xdf, names()); // x87: see x87()
}

constexpr void ports_and_groups(Map& map) { // E0..FF
    fill(map, 0xe0, 0xe3, going(Flow::Conditional, plain(RelativeByte, Force64)));
    for (unsigned opcode : {0xe4U, 0xe5U, 0xecU, 0xedU}) {
        map[opcode] = system(Operation::In, (opcode & 1U) != 0 ? 0 : ByteOperand);
        map[opcode + 2] = system(Operation::Out, (opcode & 1U) != 0 ? 0 : ByteOperand);
    }
    for (unsigned opcode = 0xe4; opcode <= 0xe7; ++opcode) {
        map[opcode].immediate = Byte;
    }
    map[0xe8] = going(Flow::Call, plain(RelativeZ, Force64 | Pushes));
    map[0xe9] = going(Flow::Jump, plain(RelativeZ, Force64));
    map[0xea] = going(Flow::Jump, as(Operation::FarJump, plain(FarPointer, Not64)));
    map[0xeb] = going(Flow::Jump, plain(RelativeByte, Force64));
    map[0xf1] = going(Flow::Interrupt, system(Operation::Int1));
    map[0xf4] = system(Operation::Hlt);
    map[0xf5] = plain(); // CMC
    map[0xf6] = grouped(Group::Unary8);
    map[0xf7] = grouped(Group::Unary);
    fill(map, 0xf8, 0xfd, plain()); // CLC STC CLI STI CLD STD
    map[0xfa] = system(Operation::Cli);
    map[0xfb] = system(Operation::Sti);
    map[0xfe] = grouped(Group::IncDec);
    map[0xff] = grouped(Group::Indirect);
}

constexpr Map make_one_byte_map() {
    Map map{};
    arithmetic_and_stack(map);
    strings_and_branches(map);
    moves(map);
    returns_and_far(map);
    ports_and_groups(map);
    return map;
}

} // namespace

constinit Map const one_byte = make_one_byte_map();

} // namespace ringside::opcode
