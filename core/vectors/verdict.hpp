#pragma once
// Whether a model did what the processor did; if not, what is the first thing that differs.
#include "core/x86/integers.hpp"
#include "core/x86/rule.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::vectors {

struct Difference {
    std::string what; // "error code", "word at 0x1004000 after", ...
    std::string processor;
    std::string model;
};

struct Verdict {
    std::optional<Difference> difference; // none: the model agrees
    std::string reason;          // how the model came to its outcome: the rule it refused by
    std::vector<Check> checks{}; // of the models' replay: every rule that was asked on the way
    [[nodiscard]] bool equal() const { return !difference; }
};

// A hex number as the files write them: "0x2c".
[[nodiscard]] std::string hex(u64 value);

// Collects the first difference; later ones only follow from it.
class Comparison {
public:
    void equal(std::string_view what, u64 processor, u64 model);
    void equal(std::string_view what, std::optional<u64> processor, std::optional<u64> model);
    void equal(std::string_view what, std::string const& processor, std::string const& model);
    [[nodiscard]] Verdict verdict(std::string reason) const;

private:
    std::optional<Difference> first_;
};

} // namespace ringside::vectors
