#include "core/unicorn/translator_guard.hpp"

#include <csetjmp>
#include <csignal>
#include <unistd.h>

namespace ringside::unicorn {

namespace {

thread_local sigjmp_buf* way_out = nullptr;
struct sigaction action_before {};

// Only C frames of Unicorn lie between the signal and `start`: the translator calls none of our
// hooks.
void on_abort(int signal) {
    if (way_out != nullptr) {
        siglongjmp(*way_out, 1); // NOLINT(cert-err52-cpp)
    }
    sigaction(signal, &action_before, nullptr);
    raise(signal);
}

} // namespace

void watch_translator() {
    struct sigaction action {};
    action.sa_handler = on_abort;
    action.sa_flags = SA_NODEFER; // it is left by a jump, more than once
    struct sigaction before {};
    sigaction(SIGABRT, &action, &before);
    if (before.sa_handler != on_abort) {
        action_before = before;
    }
}

std::optional<uc_err> start(uc_engine* engine, u64 ip) {
    sigjmp_buf here;
    if (sigsetjmp(here, 0) != 0) { // NOLINT(cert-err52-cpp)
        way_out = nullptr;
        return std::nullopt;
    }
    way_out = &here;
    uc_err const error = uc_emu_start(engine, ip, 0, 0, 0);
    way_out = nullptr;
    return error;
}

} // namespace ringside::unicorn
