#pragma once
// Text for people, by Capstone. Nothing in the machine decides anything by it. Not for use from two
// threads at once.
#include "core/decoder/instruction.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace ringside {

// "mov eax, dword ptr [ebx]"; "db 0x0f, 0xff" where Capstone finds no instruction.
[[nodiscard]] std::string disassemble(std::span<u8 const> bytes, u64 address, CodeSize size);

} // namespace ringside
