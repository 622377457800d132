#pragma once
// Unicorn 2.0's translator calls abort() over a few undefined instructions (aborts_translator()
// names them). A guest must not end the host: the signal is caught and the run is left where the
// block that cannot be translated begins.
#include "core/x86/integers.hpp"

#include <unicorn/unicorn.h>

#include <optional>

namespace ringside::unicorn {

// Makes SIGABRT come to us first; any that is not the translator's goes on as it would have. Once
// an engine.
void watch_translator();

// uc_emu_start. Nothing if the translator gave up: registers and memory are those at the start of
// the block, and the engine must not run again.
[[nodiscard]] std::optional<uc_err> start(uc_engine* engine, u64 ip);

} // namespace ringside::unicorn
