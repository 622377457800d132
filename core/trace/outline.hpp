#pragma once
// The outline of a story: scenes (boot, user code, a system call, a fault, an interrupt) and the
// key of every event.
//
// A key is `scene{/part}`: hierarchical, unique within a run, and stable across splits: the same
// event has the same key in every split that has it. What only one split does stands under parts
// that the other does not have.
//
//   boot/...                         until pid 1 first runs in ring 3
//   user/8049000/walk                user code, by the page; after a scene:
//   user/after-sys1/8049000/walk sys1/write/entry                 the gate of pid 1's first system
//   call; walks and loads it makes stand below it sys1/write                       the call itself,
//   as the kernel reports it sys1/write/access_ok sys1/write/copy/p2/walk          the hardware's
//   walk of the second page of a user copy sys1/write/copy/p2/softwalk      the kernel's own
//   look-up of it (4G/4G) sys1/write/copy/p2/fault         the page fault it met; fault/entry,
//   fault/fault_in, fault/exit below it sys1/write/copy                  the copy's end
//   sys1/write/kernel/c0105000/walk  a walk for the kernel's own sake
//   sys1/write/exit                  the return to ring 3
//   fault1, irq1, pid2/sys1          a fault of user code, an interrupt, another process
//
// A key that would repeat gets #2, #3. Knowing what a scene becomes needs its end, so keys are made
// from whole stories.
#include "core/trace/event.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringside::trace {

enum class SceneKind : u8 { Boot, User, Call, Fault, Irq, Start };

// A stretch of the story. Scenes may interrupt one another (an interrupt in a system call): `first`
// and `last` are the ends, Outline::scene_of says which events belong.
struct Scene {
    static constexpr u64 none = ~u64{0};
    SceneKind kind = SceneKind::Boot;
    std::string key; // "sys1"; for user code after it "user/after-sys1"
    u32 pid = 0;
    u64 first = 0;   // events
    u64 last = 0;    // inclusive
    u64 call = none; // Call: its Syscall event, its SyscallRet event
    u64 result = none;
    u64 enter = none; // the gate (or SYSCALL) and the return to ring 3 that ended it
    u64 leave = none;
};

struct Outline {
    std::vector<std::string> keys; // by event, as are the next two
    std::vector<u32> scene_of;     // index in `scenes`
    std::vector<u8> depth;         // 1 in its scene, deeper inside a copy or a nested fault
    std::vector<Scene> scenes;     // by first event
    std::unordered_map<std::string, u64> events_by_key;
};

[[nodiscard]] Outline make_outline(std::vector<Event> const& events);

// The first event whose key is `key` or begins with `key/`; Scene::none when there is none.
[[nodiscard]] u64 find_key(Outline const& outline, std::string_view key);

// Where the same thing happens in another story of the same program: the event of that key; where
// that story does not have it, the first event of the nearest part above it that it has. Event 0
// when they share nothing.
[[nodiscard]] u64 find_counterpart(Outline const& outline, std::string_view key);

} // namespace ringside::trace
