#pragma once
// The code panel's lines: the interrupted contexts from the outside in, each with the instruction
// it stopped at, and then the running function with its source, around the instruction that is
// next.
#include "core/session.hpp"
#include "core/symbols/source_text.hpp"
#include "core/symbols/symbols.hpp"
#include "core/view/machine_view.hpp"
#include "core/view/open_gates.hpp"

#include <set>
#include <span>
#include <vector>

namespace ringside::view {

// The guest's files, by who runs them: ring 3 the program, else the kernel.
struct GuestCode {
    Symbols const& kernel;
    Symbols const& program;
    SourceText& sources;
    [[nodiscard]] Symbols const& of(u8 ring) const { return ring == 3 ? program : kernel; }
};

// One place of execution.
struct CodeAt {
    u64 linear = 0;
    u64 cr3 = 0;
    u8 ring = 3;
};

[[nodiscard]] std::vector<CodeLine> code_stream(Session const& session, GuestCode const& guest,
                                                CodeAt const& now, std::span<OpenGate const> gates,
                                                std::set<u64> const& breakpoints);

} // namespace ringside::view
