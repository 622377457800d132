#include "core/rom_loader.hpp"

#include "core/elf_image.hpp"
#include "core/host_error.hpp"

#include <fmt/format.h>

namespace ringside {

namespace {

using seg::SegmentName;

// The registers' hidden parts after RESET: present, writable, accessed, 64 KiB.
constexpr u64 data_of_64k = 0x0000'9300'0000'ffff;
constexpr u64 ldt_of_64k = 0x0000'8200'0000'ffff;
constexpr u64 busy_tss_of_64k = 0x0000'8b00'0000'ffff;

seg::SegmentRegister segment(u16 selector, u64 base, u64 descriptor) {
    return {.selector = seg::Selector{selector},
            .base = base,
            .limit = 0xffff,
            .descriptor = seg::SegmentDescriptor{descriptor},
            .usable = true};
}

} // namespace

Cpu after_reset() {
    Cpu cpu;
    cpu.cr0 = cr0::CD | cr0::NW | cr0::ET;
    cpu.rip = 0xfff0;
    cpu[Gpr::RDX] = processor_signature;
    for (seg::SegmentRegister& each : cpu.segments.registers) {
        each = segment(0, 0, data_of_64k);
    }
    cpu.segments[SegmentName::CS] = segment(0xf000, 0xffff0000, data_of_64k);
    cpu.segments.ldtr = segment(0, 0, ldt_of_64k);
    cpu.segments.tr = segment(0, 0, busy_tss_of_64k);
    cpu.segments.gdtr = cpu.segments.idtr = {.base = 0, .limit = 0xffff};
    return cpu;
}

void load_rom(MachineConfig const& config, Ram& ram, Cpu& cpu) {
    std::vector<u8> const bytes = read_file(config.rom);
    if (bytes.empty() || bytes.size() % page_size_4k != 0 || bytes.size() > Ram::largest_rom) {
        throw HostError(fmt::format("{}: a ROM has whole pages of 4 KiB, at most {} KiB; this has "
                                    "{} bytes",
                                    config.rom.string(), Ram::largest_rom >> 10U, bytes.size()));
    }
    ram.set_rom(bytes);
    cpu = after_reset();
}

} // namespace ringside
