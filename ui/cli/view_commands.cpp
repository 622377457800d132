// `ringside text`, `ringside shot`, `ringside open`: the panels of a moment as text, as a picture,
// and live.
#include "core/host_error.hpp"
#include "core/view/cockpit.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/machine_options.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/subject.hpp"
#include "ui/text/text_of.hpp"
#include "ui/window/open_window.hpp"
#include "ui/window/shot.hpp"

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>

namespace ringside::cli {

namespace {

constexpr char const* tour_program = "pages";

struct ViewOptions {
    MachineOptions machine;
    std::optional<std::string> at; // not given is not the same as empty
    std::string panel;
    std::string output;
    std::string size = "1440x900";
    std::string theme = "light";
    window::Look look;
};

std::shared_ptr<Recording> record(MachineOptions const& options) {
    return std::make_shared<Recording>(options.config(), options.max_insns);
}

view::Cockpit cockpit_at(std::shared_ptr<Recording> const& recording,
                         std::optional<std::string> const& when) {
    view::Cockpit cockpit{make_subject(recording)};
    if (when) {
        cockpit.go(recording->go_to(*when));
    }
    return cockpit;
}

int text_run(ViewOptions const& options) {
    auto const recording = record(options.machine);
    view::Cockpit cockpit = cockpit_at(recording, options.at);
    if (!options.at && options.panel.empty()) {
        text::read_commands(cockpit, std::cin, std::cout);
        write_standard_output("");
    } else {
        write_standard_output(text::text_of(cockpit, options.panel));
    }
    return status::ok;
}

// A whole number and nothing else.
bool read_pixels(std::string_view text, unsigned& pixels) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), pixels);
    return error == std::errc{} && end == text.data() + text.size();
}

window::Look look_of(ViewOptions const& options) {
    window::Look look = options.look;
    std::string_view const size = options.size;
    auto const times = size.find('x');
    if (times == std::string_view::npos || !read_pixels(size.substr(0, times), look.width) ||
        !read_pixels(size.substr(times + 1), look.height)) {
        throw HostError{"--size " + options.size + ": write width x height in pixels, as 1440x900"};
    }
    look.theme = window::parse_theme(options.theme).value_or(window::Theme::Light);
    return look;
}

int shot_run(ViewOptions const& options) {
    window::Look const look = look_of(options);
    Output output{options.output};
    auto const recording = record(options.machine);
    view::Cockpit cockpit = cockpit_at(recording, options.at);
    std::vector<u8> const picture = window::shot(cockpit, look);
    output.stream().write(reinterpret_cast<char const*>(picture.data()),
                          static_cast<std::streamsize>(picture.size()));
    output.finish();
    return status::ok;
}

// The libraries behind a display complain on their own when there is none: ask only where one may
// be.
bool has_display(std::string& why) {
    for (char const* const name : {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}) {
        char const* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return window::can_open(why);
        }
    }
    why = "neither DISPLAY nor WAYLAND_DISPLAY is set";
    return false;
}

int open_run(ViewOptions const& options) {
    MachineOptions machine = options.machine;
    if (machine.program.empty()) {
        machine.program = tour_program;
    }
    MachineConfig const config = machine.config();
    window::OpenOptions opening;
    opening.split = config.split;
    opening.at = options.at;
    opening.look = look_of(options);
    if (std::string why; !has_display(why)) {
        throw HostError{"there is no display for the window (" + why + "); `ringside story " +
                        machine.program + "` tells it as text, `ringside text " + machine.program +
                        "` takes commands"};
    }
    return window::open_window(
        [machine](Split split) {
            MachineOptions other = machine;
            other.split = to_string(split);
            return make_subject(record(other));
        },
        opening);
}

void add_look(Command& command, ViewOptions& options) {
    command.add_option("--size", options.size, "in pixels").tells_default();
    command.add_option("--scale", options.look.scale, "of everything").tells_default();
    command.add_option("--theme", options.theme, "light, dark or contrast")
        .one_of({"light", "dark", "contrast"})
        .tells_default();
    command.add_option("--view", options.look.view, "all, or one panel alone").tells_default();
}

} // namespace

void add_text(Command& line) {
    auto command = line.add_command(
        "text",
        "the panels of a moment as text; without --at, reads commands as the window's : line does");
    auto const options = std::make_shared<ViewOptions>();
    options->machine.add_to(command);
    command.add_option("--at", options->at, "WHEN");
    command.add_option("--panel", options->panel, "one panel only");
    command.footer("Example: ringside text pages --at key:sys1/write/copy/p2 --panel walk");
    command.action([options] { return text_run(*options); });
}

void add_shot(Command& line) {
    auto command = line.add_command("shot", "the window's pixels as a PNG, without a display");
    auto const options = std::make_shared<ViewOptions>();
    options->machine.add_to(command);
    command.add_option("--at", options->at, "WHEN").required();
    command.add_option("-o,--output", options->output, "the PNG file").required();
    add_look(command, *options);
    command.footer("Example: ringside shot pages --at key:sys1/write/copy/p2 -o fault.png");
    command.action([options] { return shot_run(*options); });
}

void add_open(Command& line) {
    auto command = line.add_command("open", "the window; without PROGRAM, the tour");
    auto const options = std::make_shared<ViewOptions>();
    options->machine.add_program_to(command, false);
    command.add_option("ARGS", options->machine.arguments, "the program's arguments, after --");
    options->machine.add_machine_to(command);
    command.add_option("--at", options->at, "WHEN to begin at");
    add_look(command, *options);
    command.footer("Example: ringside open pages --split 4g4g --at key:sys1");
    command.action([options] { return open_run(*options); });
}

} // namespace ringside::cli
