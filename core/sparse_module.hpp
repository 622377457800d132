#pragma once
// A file for the guest without its holes: what the loader puts into RAM of a file that is mostly
// zero. The format is kernel_stub/abi/sparse.h.
#include "core/x86/integers.hpp"

#include <optional>
#include <span>
#include <vector>

namespace ringside {

// None: the file has too few pages of zeros for that to be worth while, and goes as it is.
[[nodiscard]] std::optional<std::vector<u8>> without_holes(std::span<u8 const> file);

} // namespace ringside
