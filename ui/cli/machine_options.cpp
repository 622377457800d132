#include "ui/cli/machine_options.hpp"

#include "ui/cli/guest_files.hpp"
#include "ui/cli/kernel_switches.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/planted_bugs.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace ringside::cli {

namespace {

// Or -5 would wrap around to an endless budget.
std::string not_negative(std::string const& text) {
    return text.starts_with('-') ? "'" + text + "' is negative" : std::string{};
}

constexpr u64 mebibyte = u64{1} << 20U;
constexpr u64 least_ram = 16 * mebibyte;
constexpr u64 most_ram = 512 * mebibyte;

struct Switch {
    char const* option;
    char const* feature;
    char const* help;
};
constexpr std::array on_off{
    Switch{"--wp", "wp", "CR0.WP: ring 0 respects read-only pages"},
    Switch{"--nx", "nx",
           "pages of areas without x are not executed; with --pae on, and 64-bit kernels"},
    Switch{"--smep", "smep", "ring 0 may not execute user pages; not segmented"},
    Switch{"--smap", "smap", "ring 0 may touch user pages in its user copies only; not segmented"},
    Switch{"--pcid", "pcid",
           "process-context identifiers in CR3: CR3 writes that flush nothing; x64-kpti"},
    Switch{"--pae", "pae", "page tables of three levels with 8-byte entries; 3g1g and 4g4g"},
    Switch{"--pge", "pge", "global pages"},
};
constexpr std::array four_four_parts{"switch", "layout", "indirect", "high"};

std::string check_parts(std::string const& text) {
    std::string_view rest = text;
    while (true) {
        std::string_view const part = rest.substr(0, rest.find(','));
        if (std::ranges::find(four_four_parts, part) == four_four_parts.end()) {
            return "'" + std::string{part} +
                   "' is no part: write any of switch,layout,indirect,high";
        }
        if (part.size() == rest.size()) {
            return {};
        }
        rest.remove_prefix(part.size() + 1);
    }
}

// Linux's own rule for fault_around_bytes, in pages.
std::string check_window(std::string const& text) {
    constexpr std::array windows{"1", "2", "4", "8", "16", "32", "64", "128", "256"};
    bool const good = std::ranges::find(windows, text) != windows.end();
    return good ? std::string{} : "'" + text + "' is no power of two from 1 to 256";
}

// A kernel's command line is split at blanks, without quoting.
std::string check_word(std::string const& text) {
    bool const good =
        !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
    return good ? std::string{} : "the kernel takes words without blanks only";
}

u64 ram_size(std::string const& text) {
    auto const size = parse_size(text);
    if (!size || *size < least_ram || *size > most_ram || *size % 4096 != 0) {
        throw HostError{"--ram " + text + ": the machine has 16M to 512M of RAM, in whole pages"};
    }
    return *size;
}

std::optional<u16> parse_port(std::string_view text) {
    bool const is_hex = text.starts_with("0x") || text.starts_with("0X");
    text.remove_prefix(is_hex ? 2 : 0);
    u16 port = 0;
    auto const [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), port, is_hex ? 16 : 10);
    bool const is_whole = error == std::errc{} && end == text.data() + text.size();
    return is_whole ? std::optional{port} : std::nullopt;
}

} // namespace

std::optional<u64> parse_size(std::string_view text) {
    u64 value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    std::string_view const unit = text.substr(static_cast<std::size_t>(end - text.data()));
    unsigned const shift = unit.empty()                 ? 0U
                           : unit == "K" || unit == "k" ? 10U
                           : unit == "M" || unit == "m" ? 20U
                           : unit == "G" || unit == "g" ? 30U
                                                        : 64U;
    if (shift == 64 || value > (~u64{0} >> shift)) {
        return std::nullopt;
    }
    return value << shift;
}

void MachineOptions::add_to(Command& command, bool required) {
    add_program_to(command, required);
    command.add_option("ARGS", arguments, "the program's arguments, after --");
    add_machine_to(command);
}

void MachineOptions::add_program_to(Command& command, bool required) {
    command.add_option("PROGRAM", program, "a sample (`ringside samples`) or a static ELF file")
        .required(required);
}

void MachineOptions::add_rom_to(Command& command) {
    std::string const group = "ROM";
    command
        .add_option("--rom", rom,
                    "run a ROM instead of a program: it ends at 1 MiB and at 4 GiB, and RESET "
                    "starts it; hlt with IF=0 ends it with status 0")
        .group(group);
    command
        .add_option("--post-port", post_port,
                    "bytes that the ROM writes to this port are printed, one a line (default 0x80)")
        .needs("--rom")
        .group(group);
}

void MachineOptions::add_machine_to(Command& command) {
    std::string const machine = "Machine";
    command.add_option("--split", split, "the kernel: segmented, 3g1g, 4g4g, x64 or x64-kpti")
        .tells_default()
        .one_of({"segmented", "3g1g", "4g4g", "x64", "x64-kpti"})
        .group(machine);
    command.add_option("--kernel", kernel, "another kernel image (ELF, Multiboot)").group(machine);
    command.add_option("--ram", ram, "RAM, 16M to 512M").tells_default().group(machine);
    command
        .add_option("--max-insns", max_insns, "the instruction budget; status 124 when it runs out")
        .check(not_negative)
        .tells_default()
        .group(machine);
    command.add_option("--seed", seed, "what is random in the machine follows from it")
        .check(not_negative)
        .tells_default()
        .group(machine);
    command.add_option("--stdin", standard_input, "the guest's standard input; - is Ringside's own")
        .group(machine);
    for (Switch const& each : on_off) {
        command.add_option(each.option, features[each.feature], each.help)
            .one_of({"on", "off"})
            .type_name("on|off")
            .group(machine);
    }
    command
        .add_option("--user-limit", features["user_limit"],
                    "limit of 3g1g's user segments (default 4g)")
        .one_of({"3g", "4g"})
        .group(machine);
    command
        .add_option("--access-ok", features["access_ok"],
                    "how a 64-bit kernel checks the range of a user pointer: against the limit "
                    "(default), by its sign, or not at all but masked")
        .one_of({"limit", "sign", "mask"})
        .group(machine);
    command
        .add_option("--4g-parts", features["parts"],
                    "parts of 4g4g: switch,layout,indirect,high (default all)")
        .check(check_parts)
        .group(machine);
    command.add_option("--bug", features["bug"], bug_help())
        .check(check_bug)
        .type_name("NAME")
        .group(machine);
    command
        .add_option("--preempt", features["preempt"],
                    "where the kernel lets another task run inside a system call: a point's name, "
                    "N for the N-th point reached, or random (see --seed)")
        .check(check_word)
        .group(machine);
    command
        .add_option("--slice", features["slice"],
                    "a task's turn while others wait, in timer ticks of 64 instructions (default "
                    "1000)")
        .between(32, 32768)
        .group(machine);
    command
        .add_option(
            "--kernel-hits", features["kernel_hits"],
            "a program's watchpoint that the kernel hits: ignore (default), signal it at the "
            "end of the system call, or count it")
        .one_of({"ignore", "signal", "count"})
        .group(machine);
    command
        .add_option("--readahead", features["readahead"],
                    "pages that are read from a file where a page fault needs one (default 1)")
        .between(1, 256)
        .group(machine);
    command
        .add_option("--fault-around", features["fault_around"],
                    "pages that a page fault may map where it needs one, if they are in the page "
                    "cache; a power of two (default 1)")
        .check(check_window)
        .group(machine);
    command
        .add_flag("--cold-tlb", cold_tlb,
                  "drop user TLB entries at each system call, for counting walks")
        .group(machine);
}

// The kernel, its options and the program.
void MachineOptions::add_guest(MachineConfig& config) const {
    config.split = parse_split(split).value_or(Split::ThreeOne);
    config.guest_directory = guest_directory();
    config.kernel = kernel;
    config.program = find_program(program, config.split);
    config.program_name = program;
    config.arguments = arguments;
    for (std::string const& argument : arguments) {
        if (std::string const problem = check_word(argument); !problem.empty()) {
            throw HostError{"argument '" + argument + "': " + problem};
        }
    }
    for (auto const& [feature, word] : features) {
        if (!word.empty()) {
            config.features[feature] = word;
        }
    }
    check_switches(config);
    if (seed != 0) {
        config.features["seed"] = std::to_string(seed & 0xffffffffU);
    }
    require_kernel(config);
}

// A ROM runs without kernel and program; what is about those cannot be asked for as well.
void MachineOptions::add_rom(MachineConfig& config) const {
    bool const has_feature =
        std::ranges::any_of(features, [](auto const& each) { return !each.second.empty(); });
    if (!program.empty() || !kernel.empty() || !arguments.empty() || has_feature) {
        throw HostError{"--rom runs without a kernel: it goes with --post-port, --ram, --stdin, "
                        "--max-insns and --seed only"};
    }
    config.rom = rom;
    if (!post_port.empty()) {
        auto const port = parse_port(post_port);
        if (!port) {
            throw HostError{"--post-port " + post_port + ": a port is 0 to 0xffff"};
        }
        config.post_port = *port;
    }
}

MachineConfig MachineOptions::config() const {
    MachineConfig config;
    if (program.empty() && rom.empty()) {
        throw HostError{
            "PROGRAM is required: there is no sample and no file ''; see `ringside run --help`"};
    }
    config.ram_bytes = ram_size(ram);
    config.seed = seed;
    config.cold_tlb = cold_tlb;
    if (rom.empty()) {
        add_guest(config);
    } else {
        add_rom(config);
    }
    if (!standard_input.empty()) {
        config.standard_input = read_input(standard_input);
    }
    return config;
}

} // namespace ringside::cli
