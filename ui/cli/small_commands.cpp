// `ringside samples`.
#include "ui/cli/commands.hpp"
#include "ui/cli/guest_files.hpp"
#include "ui/cli/output.hpp"

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

} // namespace ringside::cli
