// `ringside samples`, `ringside vectors`.
#include "core/vectors/replay.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/guest_files.hpp"
#include "ui/cli/output.hpp"

#include <memory>

namespace ringside::cli {

void add_samples(CLI::App& app, Action& chosen) {
    auto* const command =
        app.add_subcommand("samples", "the guest programs: name, tab, one sentence");
    command->footer("Example: ringside samples");
    command->callback([&chosen] {
        chosen = [] {
            std::string text;
            for (Sample const& sample : list_samples()) {
                text += sample.name + "\t" + sample.sentence + "\n";
            }
            write_standard_output(text);
            return status::ok;
        };
    });
}

void add_vectors(CLI::App& app, Action& chosen) {
    auto* const command = app.add_subcommand(
        "vectors", "replay golden cases through the models and compare; status 1 on a difference");
    auto const files = std::make_shared<std::vector<std::string>>();
    command->add_option("FILE", *files, "cases as JSON lines, plain or gzip")->required();
    command->footer("Example: ringside vectors tests/data/vectors/p32.jsonl.gz");
    command->callback([&chosen, files] {
        chosen = [=] {
            auto const summary = vectors::replay_files(*files);
            write_standard_output(vectors::text(summary));
            return summary.all_equal() ? status::ok : status::difference;
        };
    });
}

} // namespace ringside::cli
