#pragma once
// What a teller needs of a recorded run: its events with their outline, how it ended, and the
// program's bytes at any moment. Made from a session (ui/cli), or by hand in a test.
#include "core/session.hpp"
#include "core/trace/outline.hpp"
#include "core/trace/system_calls.hpp"

#include <functional>
#include <string>
#include <vector>

namespace ringside::story {

struct ToldRun {
    std::string program; // as the student typed it
    std::string split;
    std::vector<trace::Event> const& events;
    trace::Outline const& outline;
    RunEnd const& end;
    // Bytes at a linear address at the moment before that event, by the program's page directory:
    // of a system call's events the one it was called under, for 4G/4G's kernel has its own.
    // Shorter where a page is absent. May be absent.
    std::function<std::string(u64 event, u64 address, std::size_t size)> bytes;
};

// "exit 0", "killed by SIGSEGV", "the kernel panicked: ..."
[[nodiscard]] std::string end_text(RunEnd const& end);

// What the arguments of the call of this Syscall event lead to: the bytes when it began or, of a
// page that was absent then, when the kernel had fetched it.
[[nodiscard]] trace::UserBytes bytes_of_call(ToldRun const& run, u64 call);

// `write(1, "hello\n", 6)` of a Syscall event, with the bytes it names.
[[nodiscard]] std::string call_at(ToldRun const& run, u64 event);

} // namespace ringside::story
