#pragma once
// How the guest's processor is dressed for the engine. Whatever mode the guest is in, the core runs
// in IA-32e mode with paging on and empty descriptor tables: 64-bit code as itself, everything else
// as compatibility code with the guest's segment bases. The only place that computes hflags.
#include "core/cpu.hpp"
#include "core/decoder/instruction.hpp"
#include "core/engine.hpp"
#include "core/unicorn/context.hpp"

namespace ringside::unicorn {

// Arithmetic flags and DF: all of RFLAGS that lives in the engine. The rest is the model's.
inline constexpr u64 engine_flags =
    rflags::CF | rflags::PF | rflags::AF | rflags::ZF | rflags::SF | rflags::DF | rflags::OF;

[[nodiscard]] PrivilegeClass class_of(Cpu const& cpu);
[[nodiscard]] CodeSize code_size_of(Cpu const& cpu);

// Constant control registers and empty tables: once, after the engine was opened.
void dress_once(Context& context);
// Registers, flags, segments, privilege, hidden root.
void dress(Context& context, Cpu const& cpu, u64 hidden_root);

} // namespace ringside::unicorn
