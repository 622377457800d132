#include "ui/cli/subject.hpp"

#include "ui/cli/guest_files.hpp"

namespace ringside::cli {

view::Subject make_subject(std::shared_ptr<Recording> const& recording) {
    MachineConfig const& config = recording->session().config();
    view::Subject subject;
    subject.session = recording->shared_session();
    subject.kernel_elf = kernel_image(config);
    subject.program_elf = config.program;
    subject.source_directories = source_directories();
    return subject;
}

} // namespace ringside::cli
