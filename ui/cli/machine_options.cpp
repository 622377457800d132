#include "ui/cli/machine_options.hpp"

#include "ui/cli/guest_files.hpp"
#include "ui/cli/output.hpp"

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
    Switch{"--nx", "nx", "no-execute pages"},
    Switch{"--smep", "smep", "ring 0 may not execute user pages"},
    Switch{"--smap", "smap", "ring 0 may not touch user pages"},
    Switch{"--pcid", "pcid", "process-context identifiers in CR3"},
    Switch{"--pae", "pae", "three-level page tables"},
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

void MachineOptions::add_to(CLI::App& command) {
    add_program_to(command);
    command.add_option("ARGS", arguments, "the program's arguments, after --");
    add_machine_to(command);
}

void MachineOptions::add_program_to(CLI::App& command, bool required) {
    command.add_option("PROGRAM", program, "a sample (`ringside samples`) or a static ELF file")
        ->required(required);
}

void MachineOptions::add_machine_to(CLI::App& command) {
    std::string const machine = "Machine";
    command.add_option("--split", split, "the kernel: segmented, 3g1g, 4g4g, x64 or x64-kpti")
        ->capture_default_str()
        ->check(CLI::IsMember({"segmented", "3g1g", "4g4g", "x64", "x64-kpti"}))
        ->group(machine);
    command.add_option("--kernel", kernel, "another kernel image (ELF, Multiboot)")->group(machine);
    command.add_option("--ram", ram, "RAM, 16M to 512M")->capture_default_str()->group(machine);
    command
        .add_option("--max-insns", max_insns, "the instruction budget; status 124 when it runs out")
        ->check(not_negative)
        ->capture_default_str()
        ->group(machine);
    command.add_option("--seed", seed, "what is random in the machine follows from it")
        ->check(not_negative)
        ->capture_default_str()
        ->group(machine);
    command
        .add_option("--stdin", standard_input, "the guest's standard input; - is Ringside's own")
        ->group(machine);
    for (Switch const& each : on_off) {
        command.add_option(each.option, features[each.feature], each.help)
            ->check(CLI::IsMember({"on", "off"}))
            ->type_name("on|off")
            ->group(machine);
    }
    command
        .add_option("--user-limit", features["user_limit"],
                    "limit of 3g1g's user segments (default 4g)")
        ->check(CLI::IsMember({"3g", "4g"}))
        ->group(machine);
    command
        .add_option("--4g-parts", features["parts"],
                    "parts of 4g4g: switch,layout,indirect,high (default all)")
        ->check(check_parts)
        ->group(machine);
    command.add_option("--bug", features["bug"], "one of the kernel's planted bugs")
        ->check(check_word)
        ->group(machine);
    command
        .add_flag("--cold-tlb", cold_tlb,
                  "drop user TLB entries at each system call, for counting walks")
        ->group(machine);
}

MachineConfig MachineOptions::config() const {
    MachineConfig config;
    config.split = parse_split(split).value_or(Split::ThreeOne);
    config.guest_directory = guest_directory();
    config.kernel = kernel;
    config.program = find_program(program);
    config.program_name = program;
    config.arguments = arguments;
    config.ram_bytes = ram_size(ram);
    config.seed = seed;
    config.cold_tlb = cold_tlb;
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
    require_kernel(config);
    if (!standard_input.empty()) {
        config.standard_input = read_input(standard_input);
    }
    return config;
}

} // namespace ringside::cli
