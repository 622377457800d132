#include "core/guest_modules.hpp"

#include "core/host_error.hpp"
#include "core/sparse_module.hpp"

#include <fmt/format.h>
#include <fstream>

namespace ringside {

namespace {

std::string last_part(std::string const& path) {
    std::size_t const slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string program_line(MachineConfig const& config) {
    std::string text = last_part(config.program_name.empty() ? config.program.filename().string()
                                                             : config.program_name);
    for (std::string const& argument : config.arguments) {
        if (argument.empty() || argument.find_first_of(" \t\n") != std::string::npos) {
            throw HostError("an argument for the guest cannot be empty or hold spaces: '" +
                            argument + "'");
        }
        text += " " + argument;
    }
    return text;
}

GuestModule module_of(std::filesystem::path const& file, std::string line, std::vector<u8> bytes,
                      u64 ram_bytes) {
    if (auto image = without_holes(bytes)) {
        bytes = std::move(*image);
    }
    if (bytes.size() > ram_bytes / 2) {
        throw HostError(
            fmt::format("{}: too large: {} bytes in a machine of {} MiB; give more with --ram",
                        file.string(), bytes.size(), ram_bytes >> 20U));
    }
    return {file, std::move(line), std::move(bytes)};
}

// Beside the program, or among the guest's own files.
std::filesystem::path find_interpreter(MachineConfig const& config, std::string const& name) {
    for (auto const& directory : {config.program.parent_path(), config.guest_directory}) {
        std::error_code error;
        std::filesystem::path file = directory / last_part(name);
        if (!last_part(name).empty() && std::filesystem::is_regular_file(file, error)) {
            return file;
        }
    }
    throw HostError(fmt::format("{}: dynamically linked, and its interpreter '{}' is not beside "
                                "it; link it with -static",
                                config.program.string(), name));
}

// What else the program finds in its root directory: PROGRAM.files names files beside it, one a
// line.
std::vector<std::string> files_of(std::filesystem::path const& program) {
    std::vector<std::string> names;
    std::ifstream list{program.string() + ".files"};
    for (std::string name; std::getline(list, name);) {
        names.push_back(name);
    }
    return names;
}

} // namespace

std::vector<GuestModule> guest_modules(MachineConfig const& config) {
    std::vector<GuestModule> modules;
    ElfImage program = read_elf(config.program);
    check_program(program, config.program);
    if (program.is_64bit && config.kernel.empty() && !is_64bit(config.split)) {
        throw HostError(fmt::format("{}: a 64-bit program, and the kernel of {} is a 32-bit one: "
                                    "--split x64 has its kernel",
                                    config.program.string(), to_string(config.split)));
    }
    modules.push_back(module_of(config.program, program_line(config), std::move(program.bytes),
                                config.ram_bytes));
    if (!program.interpreter.empty()) {
        auto const file = find_interpreter(config, program.interpreter);
        ElfImage interpreter = read_elf(file);
        check_program(interpreter, file);
        modules.push_back(module_of(file, last_part(program.interpreter),
                                    std::move(interpreter.bytes), config.ram_bytes));
    }
    for (std::string const& name : files_of(config.program)) {
        auto const file = config.program.parent_path() / last_part(name);
        modules.push_back(module_of(file, last_part(name), read_file(file), config.ram_bytes));
    }
    return modules;
}

} // namespace ringside
