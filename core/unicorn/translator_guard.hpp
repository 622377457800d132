#pragma once
// Unicorn 2.0's translator calls abort() over a few undefined instructions (aborts_translator()
// names them), after a line on `stderr`. A guest must not end the host, nor talk to who runs it:
// the signal is caught, the line goes nowhere, and the run is left where the block that cannot be
// translated begins.
#include "core/x86/integers.hpp"

#include <unicorn/unicorn.h>

#include <cstdio>
#include <optional>

namespace ringside::unicorn {

// Makes SIGABRT come to us first; any that is not the translator's goes on as it would have. Once
// an engine.
void watch_translator();

// uc_emu_start. Nothing if the translator gave up: registers and memory are those at the start of
// the block, and the engine must not run again.
[[nodiscard]] std::optional<uc_err> start(uc_engine* engine, u64 ip);

// Lives while a hook runs code of ours: an abort() of ours ends the process and `stderr` is heard
// again.
class OwnCode {
public:
    OwnCode();
    OwnCode(OwnCode const&) = delete;
    OwnCode(OwnCode&&) = delete;
    OwnCode& operator=(OwnCode const&) = delete;
    OwnCode& operator=(OwnCode&&) = delete;
    ~OwnCode();

private:
    FILE* silent_;
};

} // namespace ringside::unicorn
