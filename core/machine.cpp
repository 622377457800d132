#include "core/machine.hpp"

#include "core/loader.hpp"
#include "core/rom_loader.hpp"
#include "kernel_stub/abi/dma.h"

namespace ringside {

namespace {

constexpr u64 least_ram = u64{16} << 20U;
constexpr u64 most_ram = u64{512} << 20U;

constexpr DevicePages device_pages{.first = DMA0_BASE, .size = DMA0_SIZE};

u64 checked_ram(u64 bytes) {
    if (bytes < least_ram || bytes > most_ram || bytes % page_size_4k != 0) {
        throw HostError("--ram takes 16M to 512M");
    }
    return bytes;
}

class Hash {
public:
    void add(u64 value) {
        state_ = (state_ ^ value) * 0x100000001b3U;
        state_ ^= state_ >> 29U;
    }
    void add(seg::SegmentRegister const& segment) {
        add(segment.selector.raw);
        add(segment.base);
        add(segment.limit);
        add(segment.descriptor.raw);
        add(segment.usable ? 1 : 0);
    }
    [[nodiscard]] u64 value() const { return state_; }

private:
    u64 state_ = 0xcbf29ce484222325U;
};

} // namespace

Machine::Machine(MachineConfig const& config)
    : config_{config}
    , ram_{checked_ram(config.ram_bytes), device_pages}
    , board_{ram_, config.standard_input}
    , engine_{ram_} {
    if (config_.rom.empty()) {
        load_guest(config_, ram_, cpu_);
    } else {
        load_rom(config_, ram_, cpu_);
    }
}

Machine::Machine(Bare bare)
    : ram_{checked_ram(bare.ram_bytes), device_pages}
    , board_{ram_, {}}
    , engine_{ram_} {}

Machine::~Machine() = default;

MachineState Machine::save() {
    return {.cpu = cpu_,
            .tlb = mmu_.tlb().list(),
            .engine_core = engine_.save_core(),
            .devices = board_.bus().save(),
            .ticks = ticks_,
            .insns = insns_,
            .slept = slept_,
            .pauses = pauses_,
            .pid = pid_,
            .end = end_};
}

void Machine::restore(MachineState const& state) {
    cpu_ = state.cpu;
    mmu_.tlb().assign(state.tlb);
    engine_.restore_core(state.engine_core);
    board_.bus().restore(state.devices);
    ticks_ = state.ticks;
    insns_ = state.insns;
    slept_ = state.slept;
    pauses_ = state.pauses;
    pid_ = state.pid;
    end_ = state.end;
    power_off_.reset();
    elements_done_ = false;
}

void Machine::note_writable_frames() {
    for (u64 const frame : engine_.writable_frames()) {
        static_cast<void>(ram_.about_to_write(PhysicalAddress{frame}));
    }
}

u64 Machine::state_hash() {
    Hash hash;
    for (u64 const value : cpu_.gpr) {
        hash.add(value);
    }
    for (u64 const value : {cpu_.rip, cpu_.rflags, cpu_.cr0, cpu_.cr2, cpu_.cr3, cpu_.cr4, cpu_.cr8,
                            cpu_.efer, ticks_, insns_, slept_}) {
        hash.add(value);
    }
    hash.add(static_cast<u64>(cpu_.halted) | static_cast<u64>(cpu_.interrupt_shadow) << 1U);
    for (u64 const number : board_.bus().save().numbers) {
        hash.add(number);
    }
    for (seg::SegmentRegister const& segment : cpu_.segments.registers) {
        hash.add(segment);
    }
    hash.add(cpu_.segments.ldtr);
    hash.add(cpu_.segments.tr);
    for (seg::TableRegister const& table : {cpu_.segments.gdtr, cpu_.segments.idtr}) {
        hash.add(table.base);
        hash.add(table.limit);
    }
    hash.add(number(cpu_.cpl()));
    hash.add(cpu_.pending_debug | (cpu_.debug_shadow ? 1U : 0U) |
             (cpu_.interrupt_shadow ? 2U : 0U));
    for (u64 const value : cpu_.dr) {
        hash.add(value);
    }
    for (mmu::TlbEntry const& entry : mmu_.tlb().list()) {
        hash.add(entry.page.value() ^ entry.page_size);
        hash.add(entry.frame.value() ^ entry.pcid);
        hash.add(static_cast<u64>(entry.user) | static_cast<u64>(entry.writable) << 1U |
                 static_cast<u64>(entry.no_execute) << 2U | static_cast<u64>(entry.global) << 3U |
                 static_cast<u64>(entry.dirty) << 4U);
    }
    for (u8 const byte : engine_.floating_point_state()) {
        hash.add(byte);
    }
    hash.add(ram_.hash());
    return hash.value();
}

} // namespace ringside
