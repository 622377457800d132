#pragma once
// Stories made by hand: the same system call under two splits, event by event as the machine and
// the kernel's tracepoints would tell it. Expectations in these tests are written from the contract
// of the trace, not from the code.
#include "core/trace/event.hpp"

#include <string>
#include <vector>

namespace ringside::trace::testing {

class StoryBuilder {
public:
    std::vector<Event> events;

    // State of what follows. A step is one instruction or one delivery: events of one step share
    // their tick.
    StoryBuilder& step(u8 cpl, u64 ip = 0x1000);
    StoryBuilder& pid(u32 pid);
    StoryBuilder& cr3(u64 cr3);
    u64 add(Body body); // the index

    u64 user_walk(u64 lin);              // ok
    u64 kernel_walk(u64 lin);            // ok, explicit supervisor
    u64 implicit_walk(u64 lin);          // a descriptor table's
    u64 failed_walk(u64 lin, bool user); // not present
    u64 gate(u8 vector, GateSource source, u8 from_cpl);
    u64 iret(u8 to_cpl);
    u64 syscall(u32 nr, std::string const& name, std::array<u64, 6> args = {}, u8 argc = 3);
    u64 syscall_ret(u32 nr, std::string const& name, i64 ret);

private:
    u64 walk(u64 lin, bool user, bool implicit);
    u64 tick_ = 0;
    u64 insn_ = 0;
    u64 ip_ = 0x1000;
    u64 cr3_ = 0x101000;
    u32 pid_ = 1;
    u8 cpl_ = 0;
};

// boot to ring 3, then write(1, 0x8051f00, 6000) over three pages of which the middle one is not
// present, then a second call, getpid. Buffer pages: 0x8051000, 0x8052000, 0x8053000.
[[nodiscard]] std::vector<Event> three_one_write();
[[nodiscard]] std::vector<Event> four_four_write();

} // namespace ringside::trace::testing
