// MOV to CR3 under PCIDs: what it leaves in the TLB, and which of that counts.
#include "tests/core/bare_machine.hpp"
#include "tests/core/long_machine.hpp"

#include <doctest/doctest.h>

namespace ringside::tests::pcid_test {
namespace {

constexpr u64 page = 0x40000000;
constexpr u64 keeps = u64{1} << 63U;
constexpr u64 first_root = LongMachine::pml4 | 1;
constexpr u64 second_pml4 = 0x20000;
constexpr u64 second_root = second_pml4 | 2;
constexpr u64 first_frame = 0x500000;
constexpr u64 second_frame = 0x501000;

// Two roots that have `page` at different frames, and a program that reads it under the first, the
// second (RBX) and the first again (RDX).
struct TwoRoots : LongMachine {
    TwoRoots() {
        map(page, first_frame);
        put64(second_pml4, (second_pml4 + 0x1000) | P | W);
        put64(second_pml4 + 0x1000, (pml4 + 0x2000) | P | W);
        put64(second_pml4 + 0x1008, (second_pml4 + 0x2000) | P | W);
        put64(second_pml4 + 0x2000, (second_pml4 + 0x3000) | P | W);
        put64(second_pml4 + 0x3000, second_frame | P | W);
        put64(first_frame, 1);
        put64(second_frame, 2);
        put(code, {0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0x40,   // mov rax, [page]
                   0x0f, 0x22, 0xdb,                        // mov cr3, rbx
                   0x48, 0x8b, 0x0c, 0x25, 0, 0, 0, 0x40,   // mov rcx, [page]
                   0x0f, 0x22, 0xda,                        // mov cr3, rdx
                   0x48, 0x8b, 0x34, 0x25, 0, 0, 0, 0x40}); // mov rsi, [page]
        Cpu& cpu = machine.cpu();
        cpu.cr4 |= cr4::PCIDE;
        cpu.cr3 = first_root;
        cpu[Gpr::RBX] = second_root | keeps;
        cpu[Gpr::RDX] = first_root | keeps;
    }
    // Walks for `page`.
    [[nodiscard]] static std::size_t walks(Listener const& heard) {
        std::size_t count = 0;
        for (trace::Walk const& walk : heard.all<trace::Walk>()) {
            count += walk.walk->access.address == LinearAddress{page} ? 1U : 0U;
        }
        return count;
    }
};

void run(TwoRoots& bare, bool freely) {
    if (freely) {
        bare.machine.run_until_insn(5);
    }
    while (bare.machine.insns() < 5) {
        bare.machine.step();
    }
}

} // namespace

TEST_CASE("each PCID sees its own entry of a page, and finds it again where nothing is flushed") {
    for (bool const freely : {false, true}) {
        CAPTURE(freely);
        TwoRoots bare;
        Listener heard;
        bare.machine.set_sink(&heard);
        run(bare, freely);
        CHECK(bare.machine.cpu()[Gpr::RAX] == 1);
        CHECK(bare.machine.cpu()[Gpr::RCX] == 2);
        CHECK(bare.machine.cpu()[Gpr::RSI] == 1);
        CHECK(bare.walks(heard) == 2);
        CHECK(heard.all<trace::TlbChange>().empty()); // nothing was dropped
    }
}

TEST_CASE("without bit 63 the entries of the PCID that is loaded are gone, and of no other") {
    for (bool const freely : {false, true}) {
        CAPTURE(freely);
        TwoRoots bare;
        bare.machine.cpu()[Gpr::RDX] = first_root;
        Listener heard;
        bare.machine.set_sink(&heard);
        run(bare, freely);
        CHECK(bare.machine.cpu()[Gpr::RCX] == 2);
        CHECK(bare.machine.cpu()[Gpr::RSI] == 1);
        CHECK(bare.walks(heard) == 3);
    }
}

TEST_CASE("a PCID's stale entry outlives the other's turn") {
    for (bool const freely : {false, true}) {
        CAPTURE(freely);
        TwoRoots bare;
        bare.machine.run_until_insn(3);
        bare.map(page, second_frame); // under the first root, and nobody invalidates
        run(bare, freely);
        CHECK(bare.machine.cpu()[Gpr::RSI] == 1);
    }
}

} // namespace ringside::tests::pcid_test
