#pragma once
// Host errors and broken invariants. A guest fault is neither: it is a Result.
#include <stdexcept>
#include <string_view>

namespace ringside {

// A host error (bad file, bad option, unknown library): one clear line on stderr, exit status 125.
// Caught in `main`.
class HostError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// A broken invariant: says where and why, and aborts. Always on.
[[noreturn]] void broken_invariant(char const* file, int line, char const* expression,
                                   std::string_view why);

} // namespace ringside

#define RINGSIDE_ENSURE(expression, why)                                                           \
    ((expression) ? static_cast<void>(0)                                                           \
                  : ::ringside::broken_invariant(__FILE__, __LINE__, #expression, why))
