#pragma once
// Every check of the model carries its rule: what the window prints, tests name and labs refer to.
// A rule is a static constant beside the code that checks it; `docs/rules.md` is generated from
// them.
#include <string_view>

namespace ringside {

struct Rule {
    std::string_view id;       // stable, e.g. "gate.dpl": tests and labs name it
    std::string_view sentence; // one sentence, present tense, true when the check passes
    std::string_view sdm;      // e.g. "SDM 3A 6.12.1.1"
};

// One line of a check list: which rule was asked, and whether it held.
struct Check {
    Rule const* rule = nullptr;
    bool ok = false;
};

} // namespace ringside
