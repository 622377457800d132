// `ringside doctor`: what this Ringside stands on, what works here, what is missing and how to get
// it.
#include "core/engine.hpp"
#include "core/host_error.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/guest_files.hpp"
#include "ui/cli/output.hpp"

#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

namespace ringside::cli {

namespace {

namespace fs = std::filesystem;

struct Report {
    std::string text;
    bool healthy = true; // Ringside can run guests

    void line(std::string_view verdict, std::string_view what, std::string_view said) {
        text += fmt::format("{:<8} {:<10} {}\n", verdict, what, said);
    }
    void good(std::string_view what, std::string_view said) { line("ok", what, said); }
    void missing(std::string_view what, std::string_view said) { line("missing", what, said); }
    void bad(std::string_view what, std::string_view said) {
        line("BAD", what, said);
        healthy = false;
    }
};

std::string find_in_path(std::string_view name) {
    char const* const path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
    while (!rest.empty()) {
        std::string_view const directory = rest.substr(0, rest.find(':'));
        fs::path const candidate = fs::path{directory} / name;
        if (!directory.empty() && ::access(candidate.c_str(), X_OK) == 0) {
            return candidate.string();
        }
        rest.remove_prefix(std::min(rest.size(), directory.size() + 1));
    }
    return {};
}

std::string first_line(std::string const& text) {
    return text.substr(0, text.find('\n'));
}

void examine_engine(Report& report) {
    try {
        report.good("engine", first_line(describe_engine()));
    } catch (HostError const& error) {
        report.bad("engine", error.what());
    }
}

void examine_guests(Report& report) {
    std::string splits;
    for (Split const split : built_splits()) {
        splits += " " + std::string{to_string(split)};
    }
    if (splits.empty()) {
        report.bad("kernels", "none in '" + guest_directory().string() +
                                  "'; install clang and lld and build again");
    } else {
        report.good("kernels", guest_directory().string() + ":" + splits);
    }
    try {
        std::string names;
        for (Sample const& sample : list_samples()) {
            names += (names.empty() ? "" : " ") + sample.name;
        }
        report.good("samples", names);
    } catch (HostError const& error) {
        report.bad("samples", error.what());
    }
}

void examine_fonts(Report& report) {
    static constexpr std::array fonts{
        std::pair{"/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf",
                  "fonts-jetbrains-mono"},
        std::pair{"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", "fonts-dejavu-core"},
    };
    for (auto const& [file, package] : fonts) {
        if (std::error_code ignored; fs::exists(file, ignored)) {
            report.good("font", file);
        } else {
            report.missing("font", fmt::format("{}: apt install {}", file, package));
        }
    }
}

void examine_display(Report& report) {
    for (char const* const name : {"WAYLAND_DISPLAY", "DISPLAY"}) {
        char const* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            report.good("display", fmt::format("{}={}", name, value));
            return;
        }
    }
    report.missing(
        "display",
        "no DISPLAY and no WAYLAND_DISPLAY: use `ringside text`, `shot`, `story`, or ssh -X");
}

void examine_tools(Report& report) {
    struct Tool {
        char const* name;
        char const* why;
        char const* package;
    };
    static constexpr std::array tools{
        Tool{"clang", "compiles the guests", "clang"},
        Tool{"ld.lld", "links the guests", "lld"},
        Tool{"gcc", "compiles the guests where clang is not", "gcc"},
        Tool{"cmake", "builds Ringside", "cmake"},
        Tool{"ninja", "builds Ringside", "ninja-build"},
        Tool{"qemu-system-i386", "a second opinion on the guests (tests)", "qemu-system-x86"},
    };
    for (Tool const& tool : tools) {
        std::string const found = find_in_path(tool.name);
        if (found.empty()) {
            report.missing(tool.name, fmt::format("{}: apt install {}", tool.why, tool.package));
        } else {
            report.good(tool.name, found);
        }
    }
}

int doctor() {
    Report report;
    report.good("ringside", RINGSIDE_VERSION ", " RINGSIDE_COMPILER);
    report.good("libraries", RINGSIDE_LIBRARIES);
    examine_engine(report);
    examine_guests(report);
    examine_fonts(report);
    examine_display(report);
    examine_tools(report);
    write_standard_output(report.text);
    if (!report.healthy) {
        throw HostError{"this installation cannot run guests; the lines that say BAD tell why"};
    }
    return status::ok;
}

} // namespace

void add_doctor(Command& line) {
    auto command = line.add_command(
        "doctor",
        "versions, self-test, fonts, display, compilers; what is missing and how to get it");
    command.footer("Example: ringside doctor");
    command.action(doctor);
}

} // namespace ringside::cli
