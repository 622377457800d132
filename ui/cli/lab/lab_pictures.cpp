#include "ui/cli/lab/lab_pictures.hpp"

#include "core/host_error.hpp"
#include "core/view/cockpit.hpp"
#include "labs/kernel_builder.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/subject.hpp"
#include "ui/text/text_of.hpp"
#include "ui/window/shot.hpp"

namespace ringside::cli {

namespace {

// One side of the pair.
struct Side {
    std::vector<u8> picture;
    std::string text;
};

Side side_of(MachineConfig const& config, u64 max_insns, std::string const& key) {
    auto const recording = std::make_shared<Recording>(config, max_insns);
    view::Cockpit cockpit{make_subject(recording)};
    bool const at_end = key == "end";
    u64 const event =
        at_end ? recording->events().size() : trace::find_counterpart(recording->outline(), key);
    cockpit.go(recording->go_to(at_end ? "end" : std::to_string(event)));
    return {.picture = window::shot(cockpit, window::Look{}), .text = text::text_of(cockpit, "")};
}

void write(std::filesystem::path const& file, std::string_view bytes) {
    Output output{file.string()};
    output.stream().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    output.finish();
}

} // namespace

LabPictures::LabPictures(labs::Lab const& lab, labs::Seed const& seed, std::filesystem::path folder)
    : lab_{lab}
    , names_{labs::variant_of(lab, seed)}
    , folder_{std::move(folder)} {}

// Nothing where there is no solution: a student's copy of the lab.
std::optional<std::filesystem::path> LabPictures::reference_kernel(std::string const& split) {
    if (!tried_) {
        tried_ = true;
        if (std::filesystem::exists(lab_.folder / "solution")) {
            auto const places = grading_places(lab_, scratch_.folder("reference"));
            reference_ = labs::build_kernels(lab_, names_, lab_.folder / "solution", places.work,
                                             places.kits)
                             .kernels;
        }
    }
    auto const found = reference_.find(split);
    return found == reference_.end() ? std::nullopt : std::optional{found->second};
}

void LabPictures::add(labs::TestResult& result, labs::RecordedRun const& run, u64 event) {
    std::filesystem::create_directories(folder_);
    std::string const key = event < run.outline().keys.size() ? run.outline().keys[event] : "end";
    MachineConfig config = run.session().config();
    auto const add_side = [&](std::string const& name) {
        Side const side = side_of(config, lab_.max_insns, key);
        std::filesystem::path const file = folder_ / (result.id + "." + name + ".png");
        write(file, {reinterpret_cast<char const*>(side.picture.data()), side.picture.size()});
        result.pictures.push_back(file.string());
        return name + ", at " + key + "\n\n" + side.text + "\n";
    };
    std::string text = add_side("got");
    if (auto const kernel = reference_kernel(run.request().split)) {
        config.kernel = *kernel;
        text += add_side("want");
    }
    result.text = (folder_ / (result.id + ".txt")).string();
    write(result.text, text);
}

} // namespace ringside::cli
