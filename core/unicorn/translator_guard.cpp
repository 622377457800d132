#include "core/unicorn/translator_guard.hpp"

#include <csetjmp>
#include <csignal>
#include <unistd.h>
#include <utility>

namespace ringside::unicorn {

namespace {

struct Run {
    sigjmp_buf way_out{};
    FILE* heard = nullptr; // what `stderr` was before the run
    bool in_translator = false;
};
thread_local Run run;
struct sigaction action_before {};

// The translator's stream while the core runs.
FILE* nowhere() {
    static FILE* const stream = std::fopen("/dev/null", "we");
    return stream != nullptr ? stream : stderr;
}

// Only C frames of Unicorn lie between the signal and `start`: hooks are OwnCode.
void on_abort(int signal) {
    if (run.in_translator) {
        siglongjmp(run.way_out, 1); // NOLINT(cert-err52-cpp)
    }
    sigaction(signal, &action_before, nullptr);
    raise(signal);
}

void leave_core() {
    run.in_translator = false;
    stderr = run.heard;
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
    if (sigsetjmp(run.way_out, 0) != 0) { // NOLINT(cert-err52-cpp)
        leave_core();
        return std::nullopt;
    }
    run.heard = std::exchange(stderr, nowhere());
    run.in_translator = true;
    uc_err const error = uc_emu_start(engine, ip, 0, 0, 0);
    leave_core();
    return error;
}

OwnCode::OwnCode()
    : silent_{std::exchange(stderr, run.heard)} {
    run.in_translator = false;
}

OwnCode::~OwnCode() {
    stderr = silent_;
    run.in_translator = true;
}

} // namespace ringside::unicorn
