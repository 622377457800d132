#pragma once
// Unicorn 2.0's translator calls abort() over some undefined instructions, which would end the
// whole program. A program's own abort() is found before the C library's, so a guarded call comes
// back.
#include <csetjmp>

namespace ringside::test {

// Runs `function`, which must hold nothing that needs a destructor. False: it ended in abort().
template <class Function>
bool survives(Function function);

namespace detail {
extern std::jmp_buf* guard;
}

template <class Function>
bool survives(Function function) {
    std::jmp_buf place;
    if (setjmp(place) != 0) { // NOLINT(cert-err52-cpp): C frames lie between here and abort()
        detail::guard = nullptr;
        return false;
    }
    detail::guard = &place;
    function();
    detail::guard = nullptr;
    return true;
}

} // namespace ringside::test
