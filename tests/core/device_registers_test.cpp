// Registers of a device that lie in memory: dma0 counts the reads of its registers, so an access
// that is made twice, or not at all, shows. Every program runs freely and stepped.
#include "tests/core/device_runs.hpp"

#include <doctest/doctest.h>

namespace ringside::device_registers_test {

using tests::DeviceCode;
using tests::DeviceMachine;
using tests::Listener;
using tests::reads_of;
using tests::register_of;
using tests::run_both;

namespace {

constexpr u64 code = DeviceMachine::code;
constexpr u64 data = DeviceMachine::data;
constexpr u64 dma0 = DeviceMachine::dma0;

// One program with ADDRESS 0x11223344 and LENGTH 0x55667788 before it; EBX, ESI and EDI as given.
struct Case {
    char const* what;
    std::vector<u8> program; // ends in HLT by itself
    u32 reads;
    u32 eax = 0; // after it
    u32 address = 0x11223344;
    u32 length = 0x55667788;
    u32 esi = 0;
    u32 edi = 0;
    u32 ecx = 0;
    u32 stack = static_cast<u32>(DeviceMachine::stack);
};

void check_case(Case const& each) {
    CAPTURE(each.what);
    run_both(
        [&](DeviceMachine& bare) {
            DeviceCode program;
            program.store(dma0 + DMA0_ADDRESS, 0x11223344).store(dma0 + DMA0_LENGTH, 0x55667788);
            program.bytes.insert(program.bytes.end(), each.program.begin(), each.program.end());
            bare.put(code, program.hlt());
            Cpu& cpu = bare.machine.cpu();
            cpu[Gpr::RBX] = dma0;
            cpu[Gpr::RSI] = each.esi;
            cpu[Gpr::RDI] = each.edi;
            cpu[Gpr::RCX] = each.ecx;
            cpu[Gpr::RSP] = each.stack;
            cpu.cr4 |= cr4::OSFXSR;
            bare.put32(data, 0xa1b2c3d4);
            bare.put32(dma0 + DMA0_SIZE, 0xbeef);
        },
        [&](DeviceMachine& bare, Listener& heard) {
            CHECK(heard.all<trace::Exception>().empty());
            CHECK(heard.all<trace::PageFault>().empty());
            CHECK(bare.reg(Gpr::RAX) == each.eax);
            CHECK(reads_of(bare) == each.reads);
            CHECK(register_of(bare, DMA0_ADDRESS) == each.address);
            CHECK(register_of(bare, DMA0_LENGTH) == each.length);
        });
}

constexpr auto low = static_cast<u32>(data);
constexpr auto there = static_cast<u32>(dma0);

} // namespace

TEST_CASE("each load from a device is made once, at any width and alignment") {
    std::vector<Case> const cases{
        {"mov eax, [ID]", {0x8b, 0x03}, 1, DMA0_ID_VALUE},
        {"mov ax, [ADDRESS]", {0x66, 0x8b, 0x43, 4}, 1, 0x3344},
        {"mov al, [ADDRESS+2]", {0x8a, 0x43, 6}, 1, 0x22},
        {"movsx eax, word [ADDRESS+2]", {0x0f, 0xbf, 0x43, 6}, 1, 0x1122},
        {"mov eax, [ADDRESS+2]: two doublewords", {0x8b, 0x43, 6}, 2, 0x77881122},
        {"mov ax, [ADDRESS+3]: two doublewords", {0x66, 0x8b, 0x43, 7}, 2, 0x8811},
        {"mov eax, [READS] is not counted", {0x8b, 0x43, 0x18}, 0, 0},
        {"two loads", {0x8b, 0x03, 0x8b, 0x43, 4}, 2, 0x11223344},
        {"add eax, [ADDRESS]", {0x03, 0x43, 4}, 1, 0x11223344},
        {"cmp [ADDRESS], ecx", {0x39, 0x4b, 4}, 1},
        {"test [ADDRESS], ecx", {0x85, 0x4b, 4}, 1},
        {"lea reads nothing", {0x8d, 0x43, 4}, 0, there + 4},
        {"bt [ADDRESS], ecx with a bit number of 33",
         {0x0f, 0xa3, 0x4b, 4},
         1,
         0,
         0x11223344,
         0x55667788,
         0,
         0,
         33},
        {"cmovz that does not move reads", {0x39, 0xdb, 0x0f, 0x45, 0x43, 4}, 1},
        {"past the registers: zero, not counted", {0x8b, 0x43, 0x20}, 0},
        {"mov eax, [last two bytes of its pages and two of RAM]",
         {0x8b, 0x83, 0xfe, 0xff, 0, 0},
         0,
         0xbeef0000},
        {"fild qword [ADDRESS]; fistp qword [data]",
         {0xdb, 0xe3, 0xdf, 0x6b, 4, 0xdf, 0x3d, 0x10, 0, 0x20, 0, 0xa1, 0x14, 0, 0x20, 0},
         2,
         0x55667788},
        {"movups xmm0, [ID]; movups [data+16], xmm0",
         {0x0f, 0x10, 0x03, 0x0f, 0x11, 0x05, 0x10, 0, 0x20, 0, 0xa1, 0x14, 0, 0x20, 0},
         4,
         0x11223344},
    };
    for (Case const& each : cases) {
        check_case(each);
    }
}

TEST_CASE("each store to a device is made once, with its own width") {
    std::vector<Case> const cases{
        {"mov byte [ADDRESS+1], 9", {0xc6, 0x43, 5, 9}, 0, 0, 0x11220944},
        {"mov word [ADDRESS+3], 0x0102: two registers",
         {0x66, 0xc7, 0x43, 7, 2, 1},
         0,
         0,
         0x02223344,
         0x55667701},
        {"add dword [ADDRESS], 1 reads once", {0x83, 0x43, 4, 1}, 1, 0, 0x11223345},
        {"lock inc dword [ADDRESS]", {0xf0, 0xff, 0x43, 4}, 1, 0, 0x11223345},
        {"not byte [ADDRESS+1]", {0xf6, 0x53, 5}, 1, 0, 0x1122cc44},
        {"xchg [ADDRESS], eax", {0x87, 0x43, 4}, 1, 0x11223344, 0},
        {"xadd [ADDRESS], eax", {0xb0, 1, 0x0f, 0xc1, 0x43, 4}, 1, 0x11223344, 0x11223345},
        {"cmpxchg [ADDRESS], ecx that fails", {0x0f, 0xb1, 0x4b, 4}, 1, 0x11223344},
        {"cmpxchg8b [ADDRESS] that fails, eax and edx get it",
         {0x0f, 0xc7, 0x4b, 4},
         2,
         0x11223344},
        {"bts [ADDRESS], ecx with a bit number of 32",
         {0x0f, 0xab, 0x4b, 4},
         1,
         0,
         0x11223344,
         0x55667789,
         0,
         0,
         32},
        {"setz [ADDRESS]", {0x39, 0xdb, 0x0f, 0x94, 0x43, 4}, 0, 0, 0x11223301},
        {"pop dword [ADDRESS]", {0x68, 4, 3, 2, 1, 0x8f, 0x43, 4}, 0, 0, 0x01020304},
        {"fistp qword [ADDRESS]", {0xdb, 0xe3, 0xd9, 0xe8, 0xdf, 0x7b, 4}, 0, 0, 1, 0},
        {"shl dword [ADDRESS], 4", {0xc1, 0x63, 4, 4}, 1, 0, 0x12233440},
        {"sgdt [ADDRESS-2], by the model: limit, then base", {0x0f, 0x01, 0x43, 2}, 0, 0, 0x1000},
        {"str word [ADDRESS], by the model", {0x66, 0x0f, 0x00, 0x4b, 4}, 0, 0, 0x11220028},
        {"lsl eax, [LENGTH], by the model: a selector that is not there", {0x0f, 0x03, 0x43, 8}, 1},
    };
    for (Case const& each : cases) {
        check_case(each);
    }
}

TEST_CASE("a string instruction asks the device once for each element") {
    std::vector<Case> const cases{
        {"lodsd", {0xad}, 1, 0x11223344, 0x11223344, 0x55667788, there + 4},
        {"rep lodsb", {0xf3, 0xac}, 8, 0x55, 0x11223344, 0x55667788, there + 4, 0, 8},
        {"rep movsd from the device",
         {0xf3, 0xa5, 0xa1, 4, 0, 0x20, 0},
         2,
         0x55667788,
         0x11223344,
         0x55667788,
         there + 4,
         low,
         2},
        {"rep movsb to the device", {0xf3, 0xa4}, 0, 0, 0x11b2c3d4, 0x55667788, low, there + 4, 3},
        {"rep movsd within the device",
         {0xf3, 0xa5},
         1,
         0,
         0x11223344,
         0x11223344,
         there + 4,
         there + 8,
         1},
        {"rep movsb within the device, overlapping",
         {0xf3, 0xa4},
         4,
         0,
         0x44444444,
         0x55667744,
         there + 4,
         there + 5,
         4},
        {"rep stosw", {0xb0, 7, 0x66, 0xf3, 0xab}, 0, 7, 0x00070007, 0x55660007, 0, there + 4, 3},
        {"repne scasb ends at its byte",
         {0xb0, 0x22, 0xf2, 0xae, 0x89, 0xc8},
         3,
         5,
         0x11223344,
         0x55667788,
         0,
         there + 4,
         8},
        {"repe cmpsb with itself",
         {0xf3, 0xa6, 0x89, 0xc8},
         16,
         0,
         0x11223344,
         0x55667788,
         there + 4,
         there + 4,
         8},
        {"rep movsd of nothing", {0xf3, 0xa5}, 0, 0, 0x11223344, 0x55667788, there + 4, low, 0},
        {"rep outsb, by the model",
         {0xba, 0x99, 0, 0, 0, 0xf3, 0x6e},
         4,
         0,
         0x11223344,
         0x55667788,
         there + 4,
         0,
         4},
        {"rep insb, by the model, from ports of ones",
         {0xba, 0x99, 0, 0, 0, 0xf3, 0x6c},
         0,
         0,
         0x1122ffff,
         0x55667788,
         0,
         there + 4,
         2},
    };
    for (Case const& each : cases) {
        check_case(each);
    }
}

TEST_CASE("a stack in a device's registers works, for the engine and for the model") {
    std::vector<Case> const cases{
        {"push imm", {0x6a, 5}, 0, 0, 5, 0x55667788, 0, 0, 0, there + 8},
        {"push [ADDRESS] onto LENGTH",
         {0xff, 0x73, 4},
         1,
         0,
         0x11223344,
         0x11223344,
         0,
         0,
         0,
         there + 12},
        {"pop eax", {0x58}, 1, 0x11223344, 0x11223344, 0x55667788, 0, 0, 0, there + 4},
        {"pusha, half of it in RAM: ESP is in ADDRESS, EBX in LENGTH",
         {0x60},
         0,
         0,
         there + 0x18,
         there,
         0,
         0,
         0,
         there + 0x18},
        {"call",
         {0xe8, 0, 0, 0, 0},
         0,
         0,
         static_cast<u32>(code) + 25,
         0x55667788,
         0,
         0,
         0,
         there + 8},
        {"pushf, by the model", {0x9c}, 0, 0, 2, 0x55667788, 0, 0, 0, there + 8},
        {"push cs, by the model", {0x0e}, 0, 0, 8, 0x55667788, 0, 0, 0, there + 8},
        {"mov dword [ADDRESS], 0x246; popf, by the model",
         {0xc7, 0x43, 4, 0x46, 2, 0, 0, 0x9d},
         1,
         0,
         0x246,
         0x55667788,
         0,
         0,
         0,
         there + 4},
    };
    for (Case const& each : cases) {
        check_case(each);
    }
}

} // namespace ringside::device_registers_test
