// `ringside trace`: the story as JSON Lines.
#include "core/host_error.hpp"
#include "core/trace/json.hpp"
#include "core/trace/names.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/machine_options.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/recording.hpp"
#include "ui/cli/told_commands.hpp"

#include <memory>
#include <set>

namespace ringside::cli {

namespace {

struct TraceOptions {
    MachineOptions machine;
    std::string output;
    std::vector<std::string> kinds;
    std::string from = "start";
    std::string to = "end";
};

int trace_run(TraceOptions const& options) {
    std::set<std::string, std::less<>> const kinds{options.kinds.begin(), options.kinds.end()};
    for (std::string const& kind : kinds) {
        if (!trace::is_kind(kind)) {
            throw HostError{"--kinds " + kind +
                            ": there is no such kind of event; `ringside trace --help` lists them"};
        }
    }
    Output output{options.output};
    Recording recording{options.machine.config(), options.machine.max_insns};
    auto const [first, last] = stretch(recording, options.from, options.to);
    for (u64 i = first; i < last && output.stream(); ++i) {
        trace::Event const& event = recording.events()[i];
        if (kinds.empty() || kinds.contains(trace::kind_name(event))) {
            output.stream() << trace::json_line(i, recording.outline().keys[i], event) << '\n';
        }
    }
    output.finish();
    return report_budget(recording.end());
}

std::string kind_list() {
    std::string list;
    for (std::string_view const kind : trace::kinds()) {
        list += (list.empty() ? "" : " ") + std::string{kind};
    }
    return list;
}

} // namespace

void add_trace(Command& line) {
    auto command = line.add_command("trace", "the story as JSON Lines, one event a line");
    auto const options = std::make_shared<TraceOptions>();
    options->machine.add_to(command);
    command.add_option("-o,--output", options->output,
                       "write to this file instead of standard output");
    command.add_option("--kinds", options->kinds, "only these kinds of events, with commas")
        .with_commas();
    command.add_option("--from", options->from, "WHEN: from this moment").tells_default();
    command.add_option("--to", options->to, "WHEN: to this moment; events before it")
        .tells_default();
    command.footer(
        "Kinds: " + kind_list() +
        "\nExample: ringside trace pages --kinds walk,page_fault --from key:sys1 --to key:sys2");
    command.action([options] { return trace_run(*options); });
}

} // namespace ringside::cli
