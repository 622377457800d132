// The machine and its devices: interrupts from outside, sleeping, memory written behind the
// processor's back, the disk.
#include "tests/core/device_runs.hpp"

namespace ringside::devices_test {

using tests::DeviceCode;
using tests::DeviceMachine;
using tests::Listener;
using tests::run_both;

namespace {

constexpr u64 code = DeviceMachine::code;
constexpr u64 data = DeviceMachine::data;
constexpr u64 dma0 = DeviceMachine::dma0;

// The instruction number of the first interrupt.
u64 first_interrupt(Listener const& heard) {
    for (trace::Event const& event : heard.events) {
        if (std::holds_alternative<trace::Irq>(event.body)) {
            return event.insn;
        }
    }
    return 0;
}

} // namespace

TEST_CASE("the timer fires when the first instruction of its tick is to execute, not before") {
    run_both(
        [](DeviceMachine& bare) {
            // 20 instructions of remap, 6 of timer: the count is in at tick 1, OUT rises at tick 4.
            bare.put(code, DeviceCode{}.remap().timer(0, 3).sti().nops(400).cli().hlt());
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.count_of(IRQ_TIMER) == 1);
            CHECK(first_interrupt(heard) == 4 * PIT_INSNS_PER_TICK);
            auto const gates = heard.all<trace::Gate>();
            REQUIRE(gates.size() == 1);
            CHECK(gates[0].source == trace::GateSource::Irq);
            CHECK(gates[0].vec == 0x20);
            CHECK(gates[0].from.ip == code + 20 * 2 + 6 * 2 + 1 + (256 - 27));
            CHECK(gates[0].pushed.size() == 3); // no error code
        });
}

TEST_CASE("an interrupt's event, the walks of its delivery and its gate are one step") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}.remap().timer(2, 5).sti().nops(900).cli().hlt());
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.count_of(IRQ_TIMER) >= 2);
            CHECK(heard.all<trace::Irq>().size() == bare.count_of(IRQ_TIMER));
            for (std::size_t i = 0; i < heard.events.size(); ++i) {
                if (!std::holds_alternative<trace::Irq>(heard.events[i].body)) {
                    continue;
                }
                std::size_t next = i + 1; // past the walks that the delivery made
                while (std::holds_alternative<trace::Walk>(heard.events.at(next).body)) {
                    ++next;
                }
                REQUIRE(std::holds_alternative<trace::Gate>(heard.events[next].body));
                CHECK(heard.events[i].tick == heard.events[next].tick);
                CHECK(heard.events[i].insn == heard.events[next].insn);
            }
        });
}

TEST_CASE("a pending interrupt waits for STI and for the one instruction behind it") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code,
                     DeviceCode{}.remap().timer(0, 1).nops(200).sti().count_up(data).cli().hlt());
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.count_of(IRQ_TIMER) == 1);
            CHECK(bare.get32(data) == 1);
            auto const gates = heard.all<trace::Gate>();
            REQUIRE(gates.size() == 1);
            CHECK(gates[0].from.ip == code + 52 + 200 + 1 + 6);
        });
}

TEST_CASE("POPF and IRET that set IF let a pending interrupt in before the next instruction") {
    for (bool const by_iret : {false, true}) {
        CAPTURE(by_iret);
        DeviceMachine bare;
        DeviceCode program;
        program.remap().timer(0, 1).nops(200).raw({0x68}).word(0x202); // push IF
        if (by_iret) {
            auto const next = static_cast<u32>(code + program.bytes.size() + 7);
            program.raw({0x0e, 0x68}).word(next).iret(); // push cs; push next
        } else {
            program.raw({0x9d});
        }
        u64 const next = code + program.bytes.size();
        bare.put(code, program.count_up(data).cli().hlt());
        Listener heard;
        bare.machine.set_sink(&heard);
        bare.machine.run_until_tick(10'000);
        auto const gates = heard.all<trace::Gate>();
        REQUIRE(gates.size() == 1);
        CHECK(gates[0].from.ip == next);
        CHECK(bare.get32(data) == 1);
    }
}

TEST_CASE("a load of SS behind STI does not hold interrupts off for one more instruction") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}
                               .remap()
                               .timer(0, 1)
                               .raw({0x8c, 0xd0}) // mov eax, ss
                               .nops(200)
                               .sti()             // already pending: let in behind the next one
                               .raw({0x8e, 0xd0}) // mov ss, eax
                               .count_up(data)
                               .nops(1)
                               .cli()
                               .hlt());
        },
        [](DeviceMachine& /*bare*/, Listener& heard) {
            auto const gates = heard.all<trace::Gate>();
            REQUIRE(gates.size() == 1);
            CHECK(gates[0].from.ip == code + 52 + 2 + 200 + 1 + 2);
        });
}

TEST_CASE("a timer does not fall due inside a REP, which counts as one instruction") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}
                               .remap()
                               .timer(0, 1)
                               .sti()
                               .ecx(5000)
                               .edi(data)
                               .raw({0xf3, 0xaa}) // rep stosb
                               .nops(300)
                               .cli()
                               .hlt());
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.count_of(IRQ_TIMER) == 1);
            CHECK(first_interrupt(heard) == 2 * PIT_INSNS_PER_TICK);
            CHECK(bare.reg(Gpr::RDI) == data + 5000);
        });
}

TEST_CASE("HLT sleeps to the next event: device time goes on, no instruction retires") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code,
                     DeviceCode{}.remap().timer(0, 1000).sti().hlt().count_up(data).cli().hlt());
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.count_of(IRQ_TIMER) == 1);
            CHECK(bare.get32(data) == 1);
            CHECK(first_interrupt(heard) == 28); // remap, timer, sti, hlt
            CHECK(bare.machine.device_time() ==
                  1001 * PIT_INSNS_PER_TICK + bare.machine.insns() - 28);
        });
}

TEST_CASE("HLT that nothing can wake ends the run: IF clear, no timer, a masked timer") {
    for (int const how : {0, 1, 2}) {
        CAPTURE(how);
        DeviceMachine bare;
        DeviceCode program;
        program.remap(how == 2 ? 1 : 0);
        if (how != 1) {
            program.timer(2, 100);
        }
        program.raw({how == 0 ? u8{0xfa} : u8{0xfb}}).hlt();
        bare.put(code, program);
        bare.machine.run_until_tick(100'000);
        REQUIRE(bare.machine.end().has_value());
        CHECK(bare.machine.end()->kind == EndKind::Halted);
        CHECK(bare.machine.cpu().rip == code + program.bytes.size());
    }
}

TEST_CASE("an interrupt of ring 3 switches to the stack of the TSS and comes back by IRET") {
    run_both(
        [](DeviceMachine& bare) {
            bare.machine.cpu().rflags |= rflags::IF | 3U << 12U; // IOPL 3: ports are allowed
            bare.put(code, DeviceCode{}.remap().timer(0, 3).nops(300).raw({0xcd, 0x80}));
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.count_of(IRQ_TIMER) == 1);
            CHECK(bare.halted_in() == 0x80);
            auto const gates = heard.all<trace::Gate>();
            REQUIRE(gates.size() == 2);
            CHECK(gates[0].stack_switched);
            CHECK(gates[0].from.cpl == 3);
            CHECK(gates[0].pushed.size() == 5);
        },
        Ring::R3);
}

TEST_CASE("a fault in an interrupt's delivery is a first exception, and the interrupt is spent") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put64(DeviceMachine::idt + 8 * 0x20, 0); // no gate
            bare.put(code, DeviceCode{}.remap().timer(0, 1).sti().nops(300));
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.halted_in() == 13);
            auto const faults = heard.all<trace::Exception>();
            REQUIRE(faults.size() == 1);
            CHECK(faults[0].err == 0x20 * 8 + 3); // IDT, EXT
            CHECK(heard.all<trace::Irq>().size() == 1);
            CHECK(bare.machine.cpu().rip == DeviceMachine::handlers + 16 * 13 + 1);
        });
}

TEST_CASE("dma0 writes physical memory after its delay, says so, and raises line 11") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}
                               .remap()
                               .store(dma0 + DMA0_ADDRESS, data + 0xffe)
                               .store(dma0 + DMA0_LENGTH, 4)
                               .store(dma0 + DMA0_PATTERN, 0x5a)
                               .store(dma0 + DMA0_DELAY, 10)
                               .sti()
                               .store(dma0 + DMA0_START, 1)
                               .nops(40)
                               .cli()
                               .hlt());
        },
        [](DeviceMachine& bare, Listener& heard) {
            CHECK(bare.get32(data + 0xffe) == 0x5a5a5a5a);
            CHECK(bare.get32(data + 0xffa) == 0x00000000);
            CHECK(bare.count_of(IRQ_DMA0) == 1);
            auto const transfers = heard.all<trace::Dma>();
            REQUIRE(transfers.size() == 1);
            CHECK(transfers[0].pa == data + 0xffe);
            CHECK(transfers[0].n == 4);
            CHECK(heard.all<trace::Gate>().at(0).vec == 0x2b);
            CHECK(first_interrupt(heard) == 20 + 4 + 1 + 1 + 10);
        });
}

TEST_CASE("memory that dma0 writes is executed as it is now, not as it was translated") {
    run_both(
        [](DeviceMachine& bare) {
            // A loop of inc [data] that dma0 overwrites with HLT.
            u64 const loop = code + 0x800;
            bare.put(code, DeviceCode{}
                               .store(dma0 + DMA0_ADDRESS, loop)
                               .store(dma0 + DMA0_LENGTH, 6)
                               .store(dma0 + DMA0_PATTERN, 0xf4)
                               .store(dma0 + DMA0_START, 1));
            bare.put(code + 40, DeviceCode{}.raw({0xe9}).word(static_cast<u32>(loop - code - 45)));
            bare.put(loop, DeviceCode{}.count_up(data).raw({0xeb, 0xf8}));
        },
        [](DeviceMachine& bare, Listener& /*heard*/) {
            CHECK(bare.machine.end()->kind == EndKind::Halted);
            CHECK(bare.get32(data) == 500); // 1000 instructions after START but for the jump there
            CHECK(bare.machine.cpu().rip == code + 0x801);
        });
}

TEST_CASE("the disk keeps pages, and refuses what it does not have") {
    run_both(
        [](DeviceMachine& bare) {
            bare.put(code, DeviceCode{}
                               .store(data + 8, 0x12345678)
                               .out32(PORT_DISK_SLOT, 4095)
                               .out32(PORT_DISK_ADDRESS, data)
                               .out32(PORT_DISK_COMMAND, DISK_WRITE)
                               .out32(PORT_DISK_ADDRESS, data + 0x2000)
                               .out32(PORT_DISK_COMMAND, DISK_READ)
                               .in32(PORT_DISK_COMMAND)
                               .keep(data + 0x10)
                               .out32(PORT_DISK_SLOT, 4096)
                               .out32(PORT_DISK_COMMAND, DISK_READ)
                               .in32(PORT_DISK_COMMAND)
                               .keep(data + 0x14)
                               .hlt());
        },
        [](DeviceMachine& bare, Listener& /*heard*/) {
            CHECK(bare.get32(data + 0x2008) == 0x12345678);
            CHECK(bare.get32(data + 0x10) == DISK_OK);
            CHECK(bare.get32(data + 0x14) == DISK_ERROR);
        });
}

} // namespace ringside::devices_test
