// `ringside story`, `ringside strace`.
#include "ui/cli/told_commands.hpp"

#include "core/host_error.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/machine_options.hpp"
#include "ui/cli/output.hpp"
#include "ui/story/story_text.hpp"
#include "ui/story/strace_text.hpp"

#include <iostream>
#include <memory>

namespace ringside::cli {

namespace {

struct StoryOptions {
    MachineOptions machine;
    std::string output;
    std::string from;
    std::string to;
};

int story_run(StoryOptions const& options) {
    Output output{options.output};
    Recording recording{options.machine.config(), options.machine.max_insns};
    auto const told = recording.told();
    if (options.from.empty() && options.to.empty()) {
        story::tell(output.stream(), told);
    } else {
        auto const [first, last] = stretch(recording, options.from.empty() ? "start" : options.from,
                                           options.to.empty() ? "end" : options.to);
        story::tell(output.stream(), told, first, last);
    }
    output.finish();
    return report_budget(recording.end());
}

int strace_run(StoryOptions const& options) {
    Output output{options.output};
    Recording recording{options.machine.config(), options.machine.max_insns};
    story::write_strace(output.stream(), recording.told());
    output.finish();
    return report_budget(recording.end());
}

} // namespace

std::pair<u64, u64> stretch(Recording const& recording, std::string const& from,
                            std::string const& to) {
    u64 const first = recording.find(from).event;
    u64 const last = recording.find(to).event;
    if (first > last) {
        throw HostError{"--from " + from + " is after --to " + to};
    }
    return {first, last};
}

int report_budget(RunEnd const& end) {
    if (end.kind != EndKind::BudgetSpent) {
        return status::ok;
    }
    std::cerr << "ringside: " << story::end_text(end) << "; --max-insns gives more\n";
    return status::budget_spent;
}

void add_story(Command& line) {
    auto command = line.add_command("story", "the story in sentences, indented by scene and event");
    auto const options = std::make_shared<StoryOptions>();
    options->machine.add_to(command);
    command.add_option("-o,--output", options->output,
                       "write to this file instead of standard output");
    command.add_option("--from", options->from, "WHEN: from this moment");
    command.add_option("--to", options->to, "WHEN: to this moment; events before it");
    command.footer("Example: ringside story pages --from key:sys1 --to key:sys2");
    command.action([options] { return story_run(*options); });
}

void add_strace(Command& line) {
    auto command = line.add_command("strace", "one line a system call, as strace prints them");
    auto const options = std::make_shared<StoryOptions>();
    options->machine.add_to(command);
    command.add_option("-o,--output", options->output,
                       "write to this file instead of standard output");
    command.footer("Example: ringside strace pointers");
    command.action([options] { return strace_run(*options); });
}

} // namespace ringside::cli
