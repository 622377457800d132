#pragma once
// The stack from its pointer upwards. A word is named when something that happened says what it is:
// a gate pushed it, the kernel's `struct regs` covers it, or the chain of saved frame pointers puts
// a return address there. All other words stay nameless.
#include "core/session.hpp"
#include "core/symbols/symbols.hpp"
#include "core/view/machine_view.hpp"
#include "core/view/open_gates.hpp"

#include <span>

namespace ringside::view {

[[nodiscard]] StackView read_stack(Session const& session, Symbols const& code,
                                   std::span<OpenGate const> gates,
                                   std::span<Member const> saved_registers);

} // namespace ringside::view
