// `ringside samples`.
#include "ui/cli/commands.hpp"
#include "ui/cli/guest_files.hpp"
#include "ui/cli/output.hpp"

namespace ringside::cli {

void add_samples(Command& line) {
    auto command = line.add_command("samples", "the guest programs: name, tab, one sentence");
    command.footer("Example: ringside samples");
    command.action([] {
        std::string text;
        for (Sample const& sample : list_samples()) {
            text += sample.name + "\t" + sample.sentence + "\n";
        }
        write_standard_output(text);
        return status::ok;
    });
}

} // namespace ringside::cli
