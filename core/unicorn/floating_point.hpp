#pragma once
// The x87 and SSE registers by the register API: bytes that depend on nothing but the guest.
#include "core/x86/integers.hpp"

#include <unicorn/unicorn.h>

#include <vector>

namespace ringside::unicorn {

[[nodiscard]] std::vector<u8> floating_point_state(uc_engine* engine);

} // namespace ringside::unicorn
