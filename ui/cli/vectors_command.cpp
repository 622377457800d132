// `ringside vectors`.
#include "core/vectors/machine_vectors.hpp"
#include "core/vectors/replay.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/output.hpp"

#include <memory>

namespace ringside::cli {

namespace {

struct Options {
    std::vector<std::string> files;
    bool on_machine = false;
};

vectors::Summary replay(Options const& options) {
    if (!options.on_machine) {
        return vectors::replay_files(options.files);
    }
    vectors::MachineJudge judge;
    return vectors::replay_files(options.files, std::ref(judge));
}

} // namespace

void add_vectors(Command& line) {
    auto command = line.add_command(
        "vectors", "replay golden cases, what real processors did, and compare; status 1 on a "
                   "difference");
    auto const options = std::make_shared<Options>();
    command.add_option("FILE", options->files, "cases as JSON lines, plain or gzip").required();
    command.add_flag("--machine", options->on_machine,
                     "on the whole machine: the engine runs the case's code; without it the "
                     "models alone answer");
    command.footer("Example: ringside vectors --machine tests/data/vectors/p32.jsonl.gz");
    command.action([options] {
        auto const summary = replay(*options);
        write_standard_output(vectors::text(summary));
        return summary.all_equal() ? status::ok : status::difference;
    });
}

} // namespace ringside::cli
