#pragma once
// For a failed public test: the same moment twice, as the student's kernel had it and as the
// reference has it.
#include "labs/grader.hpp"
#include "ui/cli/lab/lab_places.hpp"

namespace ringside::cli {

class LabPictures {
public:
    // Files go to `folder`, which is made when the first is written. `names`: of the variant.
    LabPictures(labs::Lab const& lab, labs::Seed const& seed, std::filesystem::path folder);

    // ID.got.png, ID.want.png and ID.txt (the panels in words, both).
    void add(labs::TestResult& result, labs::RecordedRun const& run, u64 event);

private:
    [[nodiscard]] std::optional<std::filesystem::path> reference_kernel(std::string const& split);

    labs::Lab const& lab_;
    labs::Names names_;
    std::filesystem::path folder_;
    Scratch scratch_;
    std::map<std::string, std::filesystem::path> reference_; // kernels, once built
    bool tried_ = false;
};

} // namespace ringside::cli
