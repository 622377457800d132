// Examples a reader can check with the manual open: what one instruction decodes to, and what a
// block scan finds.
#include "core/decoder/block_scan.hpp"
#include "core/decoder/decode.hpp"
#include "core/decoder/disassembler.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "tests/decoder/byte_cases.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace ringside::test {
namespace {

Instruction decode32(std::initializer_list<u8> bytes) {
    std::vector<u8> const all(bytes);
    return decode(all, CodeSize::Bits32);
}

} // namespace

TEST_SUITE("decoder") {
    TEST_CASE("decoder: int 0x80 is two bytes, vector 0x80, and control leaves") {
        Instruction const it = decode32({0xcd, 0x80});
        CHECK(it.operation == Operation::Int);
        CHECK(it.length == 2);
        CHECK(it.immediate == 0x80);
        CHECK(it.flow == Flow::Interrupt);
    }

    TEST_CASE("decoder: MOV DS, AX and POP FS name their segment register") {
        CHECK(decode32({0x8e, 0xd8}).sreg == sreg::DS);
        CHECK(decode32({0x0f, 0xa1}).sreg == sreg::FS);
        CHECK(decode32({0x0f, 0xb2, 0x00}).sreg == sreg::SS); // LSS
        CHECK(decode32({0xc5, 0x00}).sreg == sreg::DS);       // LDS
    }

    TEST_CASE("decoder: mov eax, fs:[ebx+esi*4-8] names FS, both registers and the displacement") {
        Instruction const it = decode32({0x64, 0x8b, 0x44, 0xb3, 0xf8});
        CHECK(it.memory.segment == sreg::FS);
        CHECK(it.memory.base == 3);
        CHECK(it.memory.index == 6);
        CHECK(it.memory.scale == 4);
        CHECK(it.memory.displacement == -8);
        CHECK(it.memory.size == 4);
        CHECK(it.memory.read);
        CHECK_FALSE(it.memory.write);
    }

    TEST_CASE("decoder: an operand based on EBP or ESP lies in the stack segment") {
        CHECK(decode32({0x8b, 0x45, 0x08}).memory.segment == sreg::SS);
        CHECK(decode32({0x8b, 0x04, 0x24}).memory.segment == sreg::SS);
        CHECK(decode32({0x8b, 0x05, 0, 0, 0, 0}).memory.segment == sreg::DS); // no base: disp32
    }

    TEST_CASE("decoder: a far call through memory reads an offset and a selector") {
        Instruction const it = decode32({0xff, 0x1b});
        CHECK(it.operation == Operation::FarCall);
        CHECK(it.memory.size == 6);
        CHECK(it.writes_stack);
    }

    TEST_CASE("decoder: a far jump's selector follows its offset") {
        Instruction const it = decode32({0xea, 0x78, 0x56, 0x34, 0x12, 0x10, 0x00});
        CHECK(it.length == 7);
        CHECK(it.immediate == 0x12345678);
        CHECK(it.immediate_selector == 0x10);
    }

    TEST_CASE("decoder: 15 bytes are the limit, one more is #GP, too few are Truncated") {
        std::vector<u8> bytes(14, 0x66);
        bytes.push_back(0x90);
        CHECK(decode(bytes, CodeSize::Bits32).length == 15);
        bytes.insert(bytes.begin(), 0x66);
        CHECK(decode(bytes, CodeSize::Bits32).operation == Operation::TooLong);
        std::vector<u8> const half{0xb8, 0x01};
        Instruction const cut = decode(half, CodeSize::Bits32);
        CHECK(cut.operation == Operation::Truncated);
        CHECK(cut.length == 3); // at least one byte more
        CHECK(decode({}, CodeSize::Bits32).operation == Operation::Truncated);
    }

    TEST_CASE(
        "decoder: whatever is cut off is Truncated, and giving it back changes nothing else") {
        Noise noise{99};
        for (unsigned count = 0; count < 200'000; ++count) {
            Bytes const bytes = noisy_instruction(noise);
            CodeSize const size = code_sizes[count % code_sizes.size()];
            Instruction const whole = decode(std::span{bytes.data(), 15}, size);
            REQUIRE(whole.length >= 1);
            REQUIRE(whole.length <= longest_instruction);
            if (!is_complete(whole)) {
                continue;
            }
            REQUIRE(decode(std::span{bytes.data(), whole.length}, size) == whole);
            std::size_t const fewer = noise.below(whole.length);
            Instruction const cut = decode(std::span{bytes.data(), fewer}, size);
            REQUIRE(cut.operation == Operation::Truncated);
            REQUIRE(cut.length > fewer);
            REQUIRE(cut.length <= whole.length);
        }
    }

    TEST_CASE(
        "decoder: POP [ESP] computes its address after the pop; BT reaches outside its operand") {
        std::array<u64, 16> gpr{};
        gpr[4] = 0x1000; // ESP
        CHECK(effective_address(decode32({0x8f, 0x04, 0x24}), gpr, 0) == 0x1004);
        gpr[3] = 0x2000;                                     // EBX
        gpr[0] = u64{0xffffffff};                            // EAX: bit -1
        Instruction const bt = decode32({0x0f, 0xa3, 0x03}); // bt [ebx], eax
        CHECK(effective_address(bt, gpr, 0) == 0x1ffc);
        gpr[0] = 64;
        CHECK(effective_address(bt, gpr, 0) == 0x2008);
    }

    TEST_CASE("decoder: a block scan counts instructions and finds those that need a hook") {
        // push ebp; mov ebp, esp; pushf; cli; ret
        std::vector<u8> const block{0x55, 0x89, 0xe5, 0x9c, 0xfa, 0xc3};
        BlockScan const scan = scan_block(block, CodeSize::Bits32);
        CHECK(scan.complete);
        CHECK(scan.instructions == 5);
        CHECK(scan.last_offset == 5);
        CHECK(scan.leak_offsets == std::vector<u32>{3}); // CLI traps by itself, PUSHF does not
        CHECK(count_until(block, CodeSize::Bits32, 4) == 3);
        CHECK(count_until(block, CodeSize::Bits32, 0) == 0);
    }

    TEST_CASE("decoder: a block scan asks for guards only where a segment makes them necessary") {
        // mov eax, fs:[0]; rep movsd; repe cmpsb; call +0
        std::vector<u8> const block{0x64, 0xa1, 0x00, 0x00, 0x00, 0x00, 0xf3, 0xa5,
                                    0xf3, 0xa6, 0xe8, 0x00, 0x00, 0x00, 0x00};
        auto const hooks = [&](GuardedKinds guarded) {
            return scan_block(block, CodeSize::Bits32, guarded).leak_offsets;
        };
        CHECK(hooks({}).empty());
        CHECK(hooks({.calls = true}) == std::vector<u32>{10});
        CHECK(hooks({.overrides = true}) == std::vector<u32>{0});
        CHECK(hooks({.several = true}) == std::vector<u32>{8});
        CHECK(hooks({.calls = true, .overrides = true, .several = true}) ==
              std::vector<u32>{0, 8, 10});
    }

    TEST_CASE("decoder: a block scan stops at a cut instruction and sees a final REP") {
        std::vector<u8> const cut{0x90, 0xe8, 0x00};
        BlockScan const scan = scan_block(cut, CodeSize::Bits32);
        CHECK_FALSE(scan.complete);
        CHECK(scan.instructions == 2);
        CHECK(scan.last_offset == 1);
        std::vector<u8> const rep{0x90, 0xf3, 0xa5};
        CHECK(scan_block(rep, CodeSize::Bits32).ends_in_rep);
        CHECK_FALSE(scan_block(std::vector<u8>{0x90}, CodeSize::Bits32).ends_in_rep);
    }

    TEST_CASE("decoder: text for people comes from Capstone, and bytes where it has none") {
        std::vector<u8> const mov{0x8b, 0x03};
        CHECK(disassemble(mov, 0, CodeSize::Bits32) == "mov eax, dword ptr [ebx]");
        std::vector<u8> const odd{0x0f, 0x1f, 0xc0};
        CHECK(disassemble(odd, 0, CodeSize::Bits32) == "db 0x0f, 0x1f, 0xc0");
    }

    TEST_CASE("decoder: scanning is fast beside the translation that follows it") {
        // push ebp; mov ebp, esp; sub esp, 16; mov eax, [ebp+8]; add eax, ebx; call; test; jz
        std::vector<u8> const block{0x55, 0x89, 0xe5, 0x83, 0xec, 0x10, 0x8b, 0x45, 0x08, 0x01,
                                    0xd8, 0xe8, 0x00, 0x00, 0x00, 0x00, 0x85, 0xc0, 0x74, 0x00};
        constexpr unsigned turns = 50'000;
        auto const start = std::chrono::steady_clock::now();
        u64 instructions = 0;
        for (unsigned turn = 0; turn < turns; ++turn) {
            instructions += scan_block(block, CodeSize::Bits32).instructions;
        }
        std::chrono::duration<double, std::nano> const time =
            std::chrono::steady_clock::now() - start;
        CHECK(instructions == 8 * turns);
        double const each = time.count() / static_cast<double>(instructions);
        MESSAGE("nanoseconds an instruction: ", each);
        // Unicorn's translation costs microseconds; sanitizers and a busy machine have their share.
        CHECK(each < 10'000);
    }
}

} // namespace ringside::test
