// Registers of a device that lie in memory, where something stands in the way: faults, code there,
// other linear addresses, the model's own accesses.
#include "tests/core/device_runs.hpp"

namespace ringside::device_faults_test {

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
constexpr u64 address_register = dma0 + DMA0_ADDRESS;
constexpr auto low = static_cast<u32>(data);
constexpr auto there = static_cast<u32>(dma0);

} // namespace

TEST_CASE("a faulting instruction reads no device: the page fault comes first, and only once") {
    run_both(
        [](DeviceMachine& bare) {
            bare.map(data + 0x1000, 0, 0);
            bare.put(code, DeviceCode{}.esi(there).edi(low + 0x1000).raw({0xa5})); // movsd
        },
        [](DeviceMachine& bare, Listener& heard) {
            auto const faults = heard.all<trace::PageFault>();
            REQUIRE(faults.size() == 1);
            CHECK(faults[0].cr2 == data + 0x1000);
            CHECK(faults[0].err == 2);
            CHECK(bare.halted_in() == 14);
            CHECK(reads_of(bare) == 0);
            CHECK(bare.reg(Gpr::RSI) == there);
        });
}

TEST_CASE("a store to a device's page that may only be read is a page fault without effect") {
    run_both(
        [](DeviceMachine& bare) {
            bare.map(dma0, DMA0_BASE, DeviceMachine::P | DeviceMachine::U);
            bare.put(code, DeviceCode{}.load(address_register).store(address_register, 5));
        },
        [](DeviceMachine& bare, Listener& heard) {
            auto const faults = heard.all<trace::PageFault>();
            REQUIRE(faults.size() == 1);
            CHECK(faults[0].cr2 == address_register);
            CHECK(faults[0].err == 7);
            CHECK(reads_of(bare) == 1);
            CHECK(register_of(bare, DMA0_ADDRESS) == 0);
        },
        Ring::R3);
}

TEST_CASE("a read of a device and a store to RAM walk each page once") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}.esi(there).edi(low).raw({0xa5, 0xa5}).hlt());
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(heard.all<trace::Walk>().size() == 3); // code, dma0, data
            CHECK(bare.get32(data) == DMA0_ID_VALUE);
            CHECK(reads_of(bare) == 2);
        });
}

TEST_CASE("two linear pages and a based segment lead to the same registers") {
    run_both(
        [](DeviceMachine& bare) {
            bare.map(data + 0x3000, DMA0_BASE, DeviceMachine::P | DeviceMachine::W);
            bare.put64(DeviceMachine::gdt + 0x20, 0x00cff3000000ffff | (dma0 << 16U));
            bare.put(code, DeviceCode{}
                               .store(data + 0x3000 + DMA0_ADDRESS, 0x1234)
                               .eax(0x20)
                               .raw({0x8e, 0xe0, 0x64}) // mov fs, eax; fs:
                               .load(DMA0_ADDRESS)
                               .hlt());
        },
        [](DeviceMachine& bare, Listener& /*heard*/) {
            CHECK(bare.reg(Gpr::RAX) == 0x1234);
            CHECK(reads_of(bare) == 1);
        });
}

TEST_CASE("code in a device's page is undefined and reads no device") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}.raw({0xb8}).word(there).raw({0xff, 0xe0})); // jmp eax
        },
        [](DeviceMachine& bare, Listener& /*heard*/) {
            CHECK(bare.halted_in() == 6);
            CHECK(bare.get32(DeviceMachine::stack - 12) == dma0);
            CHECK(reads_of(bare) == 0);
        });
}

TEST_CASE("an instruction that ends in a device's page is undefined, at its first byte") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(dma0 - 2, DeviceCode{}.raw({0x8b, 0x43})); // mov eax, [ebx+...
            bare.put(code, DeviceCode{}.raw({0xe9}).word(static_cast<u32>(dma0 - 2 - code - 5)));
        },
        [](DeviceMachine& bare, Listener& /*heard*/) {
            CHECK(bare.halted_in() == 6);
            CHECK(bare.get32(DeviceMachine::stack - 12) == dma0 - 2);
            CHECK(reads_of(bare) == 0);
        });
}

TEST_CASE("descriptors in a device's registers are read by the model, as what the device says") {
    run_both(
        [](DeviceMachine& bare) {
            // The GDT's entry 1 is ADDRESS and LENGTH: a data segment.
            bare.put(code, DeviceCode{}
                               .store(dma0 + DMA0_ADDRESS, 0x0000ffff)
                               .store(dma0 + DMA0_LENGTH, 0x00cf9300)
                               .eax(8)
                               .raw({0x8e, 0xe0}) // mov fs, eax
                               .hlt());
            bare.machine.cpu().segments.gdtr.base = dma0 + DMA0_ADDRESS - 8;
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(heard.all<trace::Exception>().empty());
            CHECK(bare.machine.cpu().segments[seg::SegmentName::FS].limit == 0xffffffff);
            CHECK(reads_of(bare) == 2);
        });
}

TEST_CASE("between accesses the engine holds no page of a device") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}
                               .raw({0xb9, 50, 0, 0, 0}) // mov ecx, 50
                               .load(address_register)
                               .raw({0xff, 0x05})
                               .word(there + DMA0_ADDRESS) // inc [ADDRESS]
                               .raw({0x49, 0x75, 0xf2})    // dec ecx; jnz
                               .hlt());
        },
        [](DeviceMachine& bare, Listener& /*heard*/) {
            CHECK(bare.reg(Gpr::RAX) == 49);
            CHECK(register_of(bare, DMA0_ADDRESS) == 50);
            CHECK(reads_of(bare) == 100);
        });
}

} // namespace ringside::device_faults_test
