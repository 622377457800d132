#pragma once
// The options that every command about a PROGRAM has, as the machine they describe.
#include "core/machine_config.hpp"
#include "ui/cli/command.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ringside::cli {

// A run that needs more than this ends with status 124; --max-insns says otherwise.
inline constexpr u64 default_budget = 100'000'000;

struct MachineOptions {
    std::string program;
    std::vector<std::string> arguments;
    std::string split = "3g1g";
    std::string kernel;
    std::string rom;
    std::string post_port;
    std::string ram = "64M";
    u64 max_insns = default_budget;
    u64 seed = 0;
    std::string standard_input;
    std::map<std::string, std::string> features; // by the machine's name of it; "" where not given
    bool cold_tlb = false;

    // PROGRAM and its arguments, and the machine's options; or PROGRAM alone and the options alone,
    // where a command has arguments of its own.
    void add_to(Command& command, bool required = true);
    void add_program_to(Command& command, bool required = true);
    void add_machine_to(Command& command);
    // --rom and --post-port, for a command that can do without a PROGRAM.
    void add_rom_to(Command& command);
    // Checks what can be checked without starting. Throws HostError.
    [[nodiscard]] MachineConfig config() const;

private:
    void add_guest(MachineConfig& config) const;
    void add_rom(MachineConfig& config) const;
};

// "64M", "16m", "67108864": bytes. Nothing for what is no size.
[[nodiscard]] std::optional<u64> parse_size(std::string_view text);

} // namespace ringside::cli
