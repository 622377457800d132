#pragma once
// The answer of a check of the models, as it is. Every one passes through here, so that a test
// build can turn the answers of one line of code around and see whether some test notices
// (tests/models/negation.py).

namespace ringside {

#ifdef RINGSIDE_NEGATABLE_CHECKS
struct CheckSite {
    char const* file;
    unsigned line;
    static constexpr CheckSite current(char const* file = __builtin_FILE(),
                                       unsigned line = __builtin_LINE()) {
        return {file, line};
    }
};
[[nodiscard]] bool asked(bool holds, CheckSite site = CheckSite::current());
#else
struct CheckSite {
    static constexpr CheckSite current() { return {}; }
};
[[nodiscard]] constexpr bool asked(bool holds, CheckSite /*site*/ = {}) {
    return holds;
}
#endif

} // namespace ringside
