#include "core/loader.hpp"

#include "core/elf_image.hpp"
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

u64 round_up(u64 value, u64 to) {
    return (value + to - 1) / to * to;
}

void check_kernel(ElfImage const& image, std::filesystem::path const& file, u64 ram_bytes) {
    u64 const end = std::min<u64>(image.bytes.size(), multiboot_search);
    bool found = false;
    for (u64 offset = 0; offset + 12 <= end && !found; offset += 4) {
        std::array<u32, 3> words{};
        std::memcpy(words.data(), image.bytes.data() + offset, sizeof words);
        found = words[0] == MULTIBOOT_HEADER_MAGIC && words[0] + words[1] + words[2] == 0;
    }
    if (!found) {
        throw HostError(fmt::format("{}: no Multiboot header in its first 8 KiB", file.string()));
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

std::string module_line(MachineConfig const& config) {
    std::string text =
        config.program_name.empty() ? config.program.filename().string() : config.program_name;
    std::size_t const slash = text.rfind('/');
    text = slash == std::string::npos ? text : text.substr(slash + 1);
    for (std::string const& argument : config.arguments) {
        if (argument.empty() || argument.find_first_of(" \t\n") != std::string::npos) {
            throw HostError("an argument for the guest cannot be empty or hold spaces: '" +
                            argument + "'");
        }
        text += " " + argument;
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

void write_information(MachineConfig const& config, Ram& ram, u64 module_start, u64 module_end) {
    InformationPage page{ram};
    u32 const line = page.put_string(command_line(config));
    u32 const module_text = page.put_string(module_line(config));
    u32 const modules = page.put_words(
        {static_cast<u32>(module_start), static_cast<u32>(module_end), module_text, 0});
    u32 const upper = static_cast<u32>(ram.size() - (1U << 20U));
    // Two usable ranges: below 640 KiB and above 1 MiB. Each entry: size, base, length, type.
    u32 const map = page.put_words({20, 0, 0, 0xa0000, 0, 1, 20, 0x100000, 0, upper, 0, 1});
    std::vector<u32> information(22, 0);
    information[0] = has_memory | has_command_line | has_modules | has_memory_map;
    information[1] = 640;
    information[2] = upper / 1024;
    information[4] = line;
    information[5] = 1;
    information[6] = modules;
    information[11] = 48;
    information[12] = map;
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
    u64 const module_start = round_up(kernel_end, page_size_4k);
    ElfImage const program = read_elf(config.program);
    check_program(program, config.program, ram.size());
    u64 const module_end = module_start + program.bytes.size();
    if (module_end > ram.size()) {
        throw HostError(
            fmt::format("{}: does not fit into RAM beside the kernel; give more with --ram",
                        config.program.string()));
    }
    ram.write_bytes(PhysicalAddress{module_start}, program.bytes);
    write_information(config, ram, module_start, module_end);
    start_processor(cpu, kernel.entry);
}

} // namespace ringside
