#pragma once
// An exception's error code as sentences and panels show it.
#include "core/x86/integers.hpp"

#include <string>

namespace ringside::trace {

// "7"; from 10 on, where decimal digits could be taken for bits, with the hexadecimal ones behind:
// "20 (14h)".
[[nodiscard]] std::string error_code_text(u32 code);

} // namespace ringside::trace
