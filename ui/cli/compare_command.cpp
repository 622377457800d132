// `ringside compare`: one program under two kernels.
#include "core/host_error.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/comparison_json.hpp"
#include "ui/cli/comparison_sheet.hpp"
#include "ui/cli/machine_options.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/recording.hpp"
#include "ui/story/comparison_text.hpp"
#include "ui/window/shot.hpp"

#include <algorithm>
#include <memory>

namespace ringside::cli {

namespace {

struct CompareOptions {
    MachineOptions machine;
    std::string left;
    std::string right;
    std::string output;
    bool json = false;
    bool text = false;
    bool all = false;
};

// "4g4g,wp=off" as arguments of the machine: "--split=4g4g" "--wp=off". Commas part switches, so
// the list of --4g-parts is written with plus signs.
std::vector<std::string> arguments_of(std::string_view whole) {
    std::string_view side = whole;
    std::vector<std::string> arguments;
    while (true) {
        std::size_t const end = side.find(',');
        std::string word{side.substr(0, end)};
        if (word.empty()) {
            throw HostError{"'" + std::string{whole} + "': behind each comma stands SWITCH=VALUE"};
        }
        std::ranges::replace(word, '+', ',');
        arguments.push_back((arguments.empty() ? "--split=" : "--") + word);
        if (end == std::string_view::npos) {
            return arguments;
        }
        side.remove_prefix(end + 1);
    }
}

// The machine of one side: the common options, and the side's own over them.
MachineOptions machine_of(MachineOptions options, char const* option, std::string const& side) {
    try {
        parse_words(arguments_of(side),
                    [&options](Command& command) { options.add_machine_to(command); });
    } catch (HostError const& error) {
        throw HostError{std::string{option} + " " + side + ": " + error.what()};
    }
    return options;
}

Recording record(MachineOptions const& options) {
    return Recording{options.config(), options.max_insns};
}

story::Side side_of(Recording& recording, std::string const& label) {
    return {.run = recording.told(), .label = label, .console = recording.session().console()};
}

int compare_run(CompareOptions const& options) {
    auto const left_machine = machine_of(options.machine, "--left", options.left);
    auto const right_machine = machine_of(options.machine, "--right", options.right);
    Output output{options.output};
    Recording left = record(left_machine);
    Recording right = record(right_machine);
    auto const left_side = side_of(left, options.left);
    auto const right_side = side_of(right, options.right);
    auto const comparison = story::compare(left_side, right_side);
    auto const detail = options.all ? story::Detail::All : story::Detail::Folded;
    bool const is_picture = options.output.ends_with(".png") && !options.json && !options.text;
    if (is_picture) {
        auto const picture = window::picture_of(comparison_sheet(comparison, detail));
        output.stream().write(reinterpret_cast<char const*>(picture.data()),
                              static_cast<std::streamsize>(picture.size()));
    } else if (options.json) {
        output.stream() << comparison_json(comparison) << '\n';
    } else {
        story::tell(output.stream(), comparison, detail);
    }
    output.finish();
    return status::ok;
}

} // namespace

void add_compare(Command& line) {
    auto command =
        line.add_command("compare", "one program under two kernels, aligned by event key");
    auto const options = std::make_shared<CompareOptions>();
    options->machine.add_to(command);
    command.remove_option("--split");
    std::string const side = "SPLIT[,SWITCH=VALUE...]: a kernel, and switches of it alone";
    command.add_option("--left", options->left, side).required();
    command.add_option("--right", options->right, side + "; write 4g-parts=switch+high").required();
    command.add_flag("--text", options->text, "in words (default)");
    command.add_flag("--json", options->json, "as one JSON object").excludes("--text");
    command.add_flag("--all", options->all, "tell every event, those of the boot too");
    command.add_option("-o,--output", options->output,
                       "write to this file instead of standard output; FILE.png gets a picture");
    command.footer("Example: ringside compare pages --left 3g1g --right 4g4g");
    command.action([options] { return compare_run(*options); });
}

} // namespace ringside::cli
