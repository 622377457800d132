#include "core/loader.hpp"

#include "core/guest_modules.hpp"
#include "kernel_stub/abi/boot.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>

namespace ringside {

namespace {

// Flat 4 GiB segments, DPL 0, accessed.
constexpr u64 flat_code = 0x00cf9b000000ffff;
constexpr u64 flat_data = 0x00cf93000000ffff;
constexpr u64 multiboot_search = 8192; // the header lies within the first 8 KiB of the file

// Bits of multiboot_info.flags.
constexpr u32 has_memory = 1U << 0U;
constexpr u32 has_command_line = 1U << 2U;
constexpr u32 has_modules = 1U << 3U;
constexpr u32 has_memory_map = 1U << 6U;
constexpr u32 has_loader_name = 1U << 9U;

// Of the header's flags: what a kernel cannot do without. We give modules on pages of their own and
// the size of memory, but no video modes.
constexpr u32 header_requirements = 0xffff;
constexpr u32 requirements_met = 3;

u64 round_up(u64 value, u64 to) {
    return (value + to - 1) / to * to;
}

void check_kernel(ElfImage const& image, std::filesystem::path const& file, u64 ram_bytes) {
    u64 const end = std::min<u64>(image.bytes.size(), multiboot_search);
    bool found = false;
    std::array<u32, 3> words{}; // magic, flags, checksum
    for (u64 offset = 0; offset + 12 <= end && !found; offset += 4) {
        std::memcpy(words.data(), image.bytes.data() + offset, sizeof words);
        found = words[0] == MULTIBOOT_HEADER_MAGIC && words[0] + words[1] + words[2] == 0;
    }
    if (!found) {
        throw HostError(fmt::format("{}: no Multiboot header in its first 8 KiB", file.string()));
    }
    u32 const unmet = words[1] & header_requirements & ~requirements_met;
    if (unmet != 0) {
        throw HostError(fmt::format("{}: its Multiboot header asks for what is not given here: "
                                    "flags {:#x}",
                                    file.string(), unmet));
    }
    for (ElfSegment const& segment : image.segments) {
        if (segment.physical + segment.memory_size > ram_bytes ||
            segment.physical < MULTIBOOT_INFO_ADDRESS + page_size_4k) {
            throw HostError(fmt::format("{}: its segment at physical {:#x} does not fit into RAM",
                                        file.string(), segment.physical));
        }
    }
}

u64 load_segments(ElfImage const& image, Ram& ram) {
    u64 end = 0;
    for (ElfSegment const& segment : image.segments) {
        ram.write_bytes(PhysicalAddress{segment.physical},
                        std::span{image.bytes}.subspan(segment.offset, segment.file_size));
        end = std::max(end, segment.physical + segment.memory_size);
    }
    return end;
}

std::string command_line(MachineConfig const& config) {
    std::string text = "kernel";
    for (auto const& [key, value] : config.features) {
        text.append(" ").append(key).append("=").append(value);
    }
    return text;
}

// The information, the module list, the memory map and the strings: one page.
class InformationPage {
public:
    explicit InformationPage(Ram& ram)
        : ram_{ram} {}

    u32 put_string(std::string const& text) {
        std::vector<u8> bytes{text.begin(), text.end()};
        bytes.push_back(0);
        return put(bytes);
    }
    u32 put_words(std::vector<u32> const& words) {
        next_ = round_up(next_, 4);
        std::vector<u8> bytes(words.size() * 4);
        std::memcpy(bytes.data(), words.data(), bytes.size());
        return put(bytes);
    }
    void put_information(std::vector<u32> const& words) {
        next_ = MULTIBOOT_INFO_ADDRESS;
        put_words(words);
    }

private:
    u32 put(std::vector<u8> const& bytes) {
        if (next_ + bytes.size() > MULTIBOOT_INFO_ADDRESS + page_size_4k) {
            throw HostError("the guest's arguments are too long: all must fit into 3 KiB");
        }
        u64 const address = next_;
        ram_.write_bytes(PhysicalAddress{address}, bytes);
        next_ += bytes.size();
        return static_cast<u32>(address);
    }

    Ram& ram_;
    u64 next_ = MULTIBOOT_INFO_ADDRESS + 128; // behind the information itself
};

// Where a module lies in RAM.
struct Place {
    u32 start = 0;
    u32 end = 0;
};

// Each on pages of its own, behind the kernel.
std::vector<Place> load_modules(std::vector<GuestModule> const& modules, u64 start, Ram& ram) {
    std::vector<Place> places;
    for (GuestModule const& module : modules) {
        u64 const end = start + module.bytes.size();
        if (end > ram.size()) {
            throw HostError(
                fmt::format("{}: does not fit into RAM beside the kernel; give more with --ram",
                            module.file.string()));
        }
        ram.write_bytes(PhysicalAddress{start}, module.bytes);
        places.push_back({static_cast<u32>(start), static_cast<u32>(end)});
        start = round_up(end, page_size_4k);
    }
    return places;
}

void write_information(MachineConfig const& config, std::vector<GuestModule> const& modules,
                       std::vector<Place> const& places, Ram& ram) {
    InformationPage page{ram};
    u32 const line = page.put_string(command_line(config));
    std::vector<u32> list;
    for (std::size_t i = 0; i < modules.size(); ++i) {
        list.insert(list.end(),
                    {places[i].start, places[i].end, page.put_string(modules[i].line), 0});
    }
    u32 const table = page.put_words(list);
    u32 const upper = static_cast<u32>(ram.size() - (1U << 20U));
    // Two usable ranges: below 640 KiB and above 1 MiB. Each entry: size, base, length, type.
    u32 const map = page.put_words({20, 0, 0, 0xa0000, 0, 1, 20, 0x100000, 0, upper, 0, 1});
    std::vector<u32> information(22, 0);
    information[0] = has_memory | has_command_line | has_modules | has_memory_map | has_loader_name;
    information[1] = 640;
    information[2] = upper / 1024;
    information[4] = line;
    information[5] = static_cast<u32>(modules.size());
    information[6] = table;
    information[11] = 48;
    information[12] = map;
    information[16] = page.put_string("Ringside");
    page.put_information(information);
}

seg::SegmentRegister flat(u16 selector, u64 descriptor) {
    return seg::loaded_segment(seg::Selector{selector}, seg::SegmentDescriptor{descriptor});
}

void start_processor(Cpu& cpu, u64 entry) {
    using enum seg::SegmentName;
    cpu = Cpu{};
    cpu.cr0 |= cr0::PE;
    cpu.segments.protection = true;
    cpu.segments[CS] = flat(0x10, flat_code);
    for (seg::SegmentName const name : {ES, SS, DS, FS, GS}) {
        cpu.segments[name] = flat(0x18, flat_data);
    }
    cpu[Gpr::RAX] = MULTIBOOT_BOOT_MAGIC;
    cpu[Gpr::RBX] = MULTIBOOT_INFO_ADDRESS;
    cpu.rip = entry;
}

} // namespace

void load_guest(MachineConfig const& config, Ram& ram, Cpu& cpu) {
    std::filesystem::path const kernel_file = kernel_image(config);
    ElfImage const kernel = read_elf(kernel_file);
    check_kernel(kernel, kernel_file, ram.size());
    u64 const kernel_end = load_segments(kernel, ram);
    std::vector<GuestModule> const modules = guest_modules(config);
    auto const places = load_modules(modules, round_up(kernel_end, page_size_4k), ram);
    write_information(config, modules, places, ram);
    start_processor(cpu, kernel.entry);
}

} // namespace ringside
