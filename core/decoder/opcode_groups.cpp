// SDM volume 2, table A-6 (opcodes extended by ModRM.reg) and tables A-7 to A-22 (x87).
#include "core/decoder/form_builders.hpp"

namespace ringside::opcode {
namespace {

using namespace trait;

constexpr Form none = undefined(ModRM);

constexpr GroupForms arithmetic(Width width, Immediate immediate) {
    GroupForms forms{};
    fill(forms, 0, 6, locked(width, immediate));
    forms[7] = reads(width, immediate); // CMP
    return forms;
}

constexpr GroupForms shifts(Width width) {
    GroupForms forms{};
    fill(forms, 0, 7, updates(width)); // reg 6 is SHL again, undocumented
    return forms;
}

constexpr GroupForms first_only(Form form) {
    return {form, none, none, none, none, none, none, none};
}

constexpr GroupForms unary(Width width, Immediate immediate) {
    Form const test = reads(width, immediate); // reg 1 is TEST again, undocumented
    Form const change = locked(width);
    Form const multiply = reads(width);
    return {
        test,    as(Operation::TestImmediate, test), change, change, multiply, multiply, multiply,
        multiply};
}

constexpr GroupForms indirect() {
    Form const call = going(Flow::Call, reads(Width::V, None, Force64 | Pushes));
    Form const jump = going(Flow::Jump, reads(Width::V, None, Force64));
    Form const far_call = going(
        Flow::Call, as(Operation::FarCall, reads(Width::FarPointer, None, MemoryOnly | Pushes)));
    Form const far_jump =
        going(Flow::Jump, as(Operation::FarJump, reads(Width::FarPointer, None, MemoryOnly)));
    Form const push = reads(Width::V, None, Default64 | Pushes);
    return {locked(Width::V), locked(Width::V), call, far_call, jump, far_jump, push, none};
}

// Forms that differ between a memory operand (mod 0..2) and a register operand (mod 3).
struct Split {
    GroupForms memory;
    GroupForms register_;
};

constexpr Split both(GroupForms forms) {
    return {forms, forms};
}

constexpr Split local_tables() {
    GroupForms const forms{as(Operation::Sldt, writes(Width::Word)),
                           as(Operation::Str, writes(Width::Word)),
                           as(Operation::Lldt, reads(Width::Word)),
                           as(Operation::Ltr, reads(Width::Word)),
                           as(Operation::Verr, reads(Width::Word)),
                           as(Operation::Verw, reads(Width::Word)),
                           none,
                           none};
    return both(forms);
}

constexpr Split system_tables() {
    GroupForms const forms{as(Operation::Sgdt, writes(Width::TableRegister)),
                           as(Operation::Sidt, writes(Width::TableRegister)),
                           as(Operation::Lgdt, reads(Width::TableRegister)),
                           as(Operation::Lidt, reads(Width::TableRegister)),
                           as(Operation::Smsw, writes(Width::Word)),
                           none,
                           as(Operation::Lmsw, reads(Width::Word)),
                           as(Operation::Invlpg, names())};
    return both(forms);
}

constexpr Split bit_immediate() {
    Form const change = locked(Width::V, Byte);
    return both({none, none, none, none, reads(Width::V, Byte), change, change, change});
}

constexpr Split compare_exchange() {
    GroupForms memory{};
    GroupForms registers{};
    fill(memory, 0, 7, none);
    fill(registers, 0, 7, none);
    memory[1] = locked(Width::PairOfY);
    registers[6] = as(Operation::Rdrand, names());
    registers[7] = as(Operation::Rdseed, names()); // with F3 RDPID
    return {memory, registers};
}

constexpr Split vector_shifts(bool qwords) {
    GroupForms memory{};
    GroupForms registers{};
    fill(memory, 0, 7, none);
    fill(registers, 0, 7, none);
    Form const shift = plain(Byte, ModRM);
    registers[2] = registers[6] = shift;
    registers[qwords ? 3 : 4] = shift;
    if (qwords) {
        registers[7] = shift;
    }
    return {memory, registers};
}

constexpr Split fences() {
    Form const clean = names(); // CLFLUSH and its relations need no right to write
    GroupForms const memory{
        updates(Width::FxState), reads(Width::FxState), reads(Width::Dword), writes(Width::Dword),
        writes(Width::None),     reads(Width::None),    writes(Width::None), clean};
    GroupForms registers{};
    fill(registers, 0, 7, names());
    registers[4] = none;
    Split split{memory, registers};
    split.memory[0].access = Access::Write;
    return split;
}

constexpr std::size_t group_count = static_cast<std::size_t>(Group::Count);

constexpr std::array<Split, group_count> make_groups() {
    std::array<Split, group_count> groups{};
    auto const at = [&groups](Group group) -> Split& {
        return groups[static_cast<std::size_t>(group)];
    };
    Form const change8 = locked(Width::Byte);
    at(Group::Arithmetic8) = both(arithmetic(Width::Byte, Byte));
    at(Group::ArithmeticZ) = both(arithmetic(Width::V, Z));
    at(Group::ArithmeticSign) = both(arithmetic(Width::V, SignedByte));
    at(Group::Pop) = both(first_only(writes(Width::V, None, Default64 | Pops)));
    at(Group::Shift8) = both(shifts(Width::Byte));
    at(Group::Shift) = both(shifts(Width::V));
    at(Group::Mov8) = both(first_only(writes(Width::Byte, Byte)));
    at(Group::Mov) = both(first_only(writes(Width::V, Z)));
    at(Group::Unary8) = both(unary(Width::Byte, Byte));
    at(Group::Unary) = both(unary(Width::V, Z));
    at(Group::IncDec) = both({change8, change8, none, none, none, none, none, none});
    at(Group::Indirect) = both(indirect());
    at(Group::LocalTables) = local_tables();
    at(Group::SystemTables) = system_tables();
    at(Group::BitImmediate) = bit_immediate();
    at(Group::CompareExchange) = compare_exchange();
    at(Group::ShiftWords) = vector_shifts(false);
    at(Group::ShiftQwords) = vector_shifts(true);
    at(Group::Fences) = fences();
    return groups;
}

constinit std::array<Split, group_count> const groups = make_groups();

constexpr std::array<GroupForms, 8> make_x87() {
    Form const m16 = reads(Width::Word);
    Form const m32 = reads(Width::Dword);
    Form const m64 = reads(Width::Qword);
    Form const m80 = reads(Width::TenBytes);
    Form const w16 = writes(Width::Word);
    Form const w32 = writes(Width::Dword);
    Form const w64 = writes(Width::Qword);
    Form const w80 = writes(Width::TenBytes);
    Form const load_environment = reads(Width::Environment);
    Form const store_environment = writes(Width::Environment);
    return {{{m32, m32, m32, m32, m32, m32, m32, m32},
             {m32, none, w32, w32, load_environment, m16, store_environment, w16},
             {m32, m32, m32, m32, m32, m32, m32, m32},
             {m32, w32, w32, w32, none, m80, none, w80},
             {m64, m64, m64, m64, m64, m64, m64, m64},
             {m64, w64, w64, w64, reads(Width::FpuState), none, writes(Width::FpuState), w16},
             {m16, m16, m16, m16, m16, m16, m16, m16},
             {m16, w16, w16, w16, m80, m64, w80, w64}}};
}

constinit std::array<GroupForms, 8> const x87_memory = make_x87();
constinit Form const x87_register = names();

} // namespace

Form const& member(Group group, u8 modrm) {
    Split const& split = groups[static_cast<std::size_t>(group)];
    return (modrm >= 0xc0 ? split.register_ : split.memory)[(modrm >> 3U) & 7U];
}

Form const& x87(u8 opcode, u8 modrm) {
    return modrm >= 0xc0 ? x87_register : x87_memory[opcode & 7U][(modrm >> 3U) & 7U];
}

Form system_register_form(u8 modrm) {
    switch (modrm) {
    case 0xc8:
        return as(Operation::Monitor, names());
    case 0xc9:
        return as(Operation::Mwait, names());
    case 0xca:
        return as(Operation::Clac, names());
    case 0xcb:
        return as(Operation::Stac, names());
    case 0xd0:
        return as(Operation::Xgetbv, names());
    case 0xd1:
        return as(Operation::Xsetbv, names());
    case 0xf8:
        return as(Operation::Swapgs, names());
    case 0xf9:
        return as(Operation::Rdtscp, names());
    default:
        break;
    }
    u8 const reg = (modrm >> 3U) & 7U;
    return reg == 4 || reg == 6 ? member(Group::SystemTables, modrm) : none;
}

} // namespace ringside::opcode
