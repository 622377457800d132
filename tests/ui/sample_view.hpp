#pragma once
// A moment made by hand: 3G/1G, inside copy_from_user, the second page of the buffer is absent. The
// walk is the real walker's over tables laid here; the rest is plain data with recognisable values.
#include "core/view/machine_view.hpp"

namespace ringside::tests {

[[nodiscard]] view::MachineView sample_view();
// The moment before: other ESI, ECX, CR2, one stack word less.
[[nodiscard]] view::MachineView sample_view_before();
// Four levels and 64-bit code: ring 3 has just been refused to run a page of the kernel's. DS, ES,
// SS, FS and GS are null, GS with a base.
[[nodiscard]] view::MachineView wide_view();
[[nodiscard]] trace::Gate sample_gate(); // int 0x80 from ring 3

} // namespace ringside::tests
