#include "core/host_error.hpp"

#include <cstdio>
#include <cstdlib>

namespace ringside {

void broken_invariant(char const* file, int line, char const* expression, std::string_view why) {
    std::fprintf(stderr, "ringside: broken invariant at %s:%d: %s: %.*s\n", file, line, expression,
                 static_cast<int>(why.size()), why.data());
    std::abort();
}

} // namespace ringside
