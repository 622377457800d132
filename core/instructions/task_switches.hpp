#pragma once
// A hardware task switch as the machine makes it (SDM volume 3, section 8.3): seg/task_switch.hpp
// decides, in two parts; here is what lies between them, CR3 and the registers. JMP, CALL, IRET and
// the delivery of interrupts come here.
#include "core/instructions/environment.hpp"
#include "seg/task_switch.hpp"

namespace ringside {

// The first part: nothing changes. `cpu` is the old task's, with the IP that its TSS keeps.
[[nodiscard]] seg::TaskSwitch decide_task_switch(Cpu const& cpu, LinearMemory& memory,
                                                 seg::TaskSwitchCause cause, seg::Selector task,
                                                 bool external = false);

// Where the new task begins, as its TSS says, and the event of the switch. Both are told before
// `enter_task`.
[[nodiscard]] trace::Place place_of(seg::TaskSwitch const& record);
[[nodiscard]] trace::TaskSwitch event_of(seg::TaskSwitch const& record, Cpu const& before);

// The commit point and what comes after it. `cpu` becomes the new task's, and the machine's own
// registers too, for the second part looks through the new page tables. A fault in here is the new
// task's, before its first instruction.
[[nodiscard]] std::optional<Fault> enter_task(Cpu& cpu, Environment& environment,
                                              seg::TaskSwitch const& record,
                                              std::optional<u32> error_code = std::nullopt,
                                              bool external = false);

} // namespace ringside
