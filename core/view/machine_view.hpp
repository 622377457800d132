#pragma once
// Everything the panels show of one moment, as plain data: a value that can be made by hand in a
// test. `view_of` (view_of.hpp) makes it from a session. A panel is a pure function of such values,
// so every panel works at every moment, and what changed is the difference between two of them.
#include "core/session.hpp"
#include "core/trace/counters.hpp"
#include "core/trace/event.hpp"
#include "mmu/mmu.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ringside::view {

// The code stream: user and kernel, source and instructions, and the rules where control crossed a
// gate.
enum class CodeKind : u8 { Instruction, Source, Function, Crossing };
struct CodeLine {
    CodeKind kind = CodeKind::Instruction;
    u8 ring = 3;
    u64 address = 0;    // Instruction: linear
    std::string text;   // "int 0x80"; a source line; a function's name; what was crossed
    std::string note;   // Instruction: the name an operand stands for; Function: the file
    u32 line = 0;       // Source
    bool now = false;   // the instruction that is about to run, and its source line
    bool outer = false; // belongs to an interrupted context, not to the running one
    bool breakpoint = false;
};

// The stack from its top upwards; each word says where it comes from when that is known.
enum class StackOrigin : u8 { Data, Gate, Saved, Return, Frame };
struct StackWord {
    u64 address = 0;
    u64 value = 0;
    StackOrigin origin = StackOrigin::Data;
    std::string name;    // "eflags", "ret"
    std::string meaning; // "IF set", "back to sys_write+0x41"
};
struct StackView {
    std::string name; // "kernel stack"
    u8 word_size = 4;
    u64 pointer = 0;
    std::optional<u64> end;       // the first address above it, when that is known
    std::vector<StackWord> words; // ascending addresses from `pointer`
    u64 hidden_words = 0;         // further words up to the stack's end, when that is known
};

// One area of a process as the kernel's tracepoints reported it: a promise. Page tables are the
// fact.
struct VmaView {
    u64 start = 0;
    u64 end = 0;   // exclusive
    u32 prot = 0;  // 1 read, 2 write, 4 execute
    u32 flags = 0; // 1 shared, 2 grows down, 4 heap, 8 stack
    std::string name;
};
// What one CR3 maps.
struct AddressSpaceView {
    u64 cr3 = 0;
    char letter = 'A'; // each CR3 of the story has its own
    std::string name;  // "user + kernel", "user", "kernel"
    bool current = true;
    bool user_runs = true;                // ring-3 code runs under it
    std::vector<mmu::MappedRange> ranges; // ascending
};

struct StoryEntry {
    u64 index = 0;
    u64 insn = 0;
    u64 cr3 = 0;
    u32 pid = 0;
    u8 cpl = 0;
    char space = 'A';
    bool bad = false; // a fault, a refusal, an oops
    std::string key;
    std::string kind;     // the trace's name
    std::string word;     // for the time line: "WALK", "COPY 256"
    std::string sentence; // "" when nobody narrates
};
struct SceneView {
    std::string key;  // "sys3"
    std::string name; // "write(3, 0x8050f00, 6000)"
    u64 first = 0;
    u64 last = 0;
};

// What the student has set (settings.hpp), in words, with the values of this
// moment.
struct SettingsView {
    struct Value {
        std::string text;  // the expression
        std::string value; // "0804b000"; "not mapped"
    };
    struct Mark {
        char letter = 'a';
        u64 event = 0;
        std::string key;
    };
    std::vector<Value> watches;
    std::vector<std::string> breakpoints; // "c0102f3a sys_write+0x4"
    std::vector<std::string> stops;       // kinds of events
    std::vector<Mark> marks;
};

// A recorded event with its place in the story.
struct EventView {
    u64 index = 0;
    u64 age = 0; // events ago; 0: it is the one about to commit
    std::string key;
    trace::Event event;
};

struct MachineView {
    // Where and when.
    std::string program;
    std::string kernel;  // of the split: "3g1g"
    std::string process; // "pid 1 hello"
    u64 event = 0;       // about to commit; == events: the end of the run
    u64 events = 0;
    u32 micro = 0; // 0: the record as a whole; k: its k-th line is the one being done
    u64 insn = 0;
    u64 tick = 0;
    std::string ended; // at the end of the run: how it ended

    Cpu cpu;
    std::vector<CodeLine> code;
    std::optional<EventView> now;      // the event about to commit
    std::optional<EventView> walk;     // it, or the last walk before it, the CPU's or by software
    std::optional<EventView> transfer; // it, or the last gate, return or refusal before it
    std::vector<Explanation> accesses; // of the instruction that is next: its fetch, its operands
    StackView stack;
    std::vector<AddressSpaceView> spaces; // the current one first in time: user before kernel
    std::vector<VmaView> vmas;            // of the current process, ascending
    u64 user_end = 0xc0000000;            // first address that user code may not name
    std::vector<mmu::TlbEntry> tlb;
    std::vector<StoryEntry> story;  // a window around now
    std::vector<SceneView> scenes;  // that the window touches
    trace::Counters scene_counters; // from the first event of the scene to now
    trace::Counters run_counters;   // from reset to now
    std::string console;            // the last lines the guest printed before now
    SettingsView settings;

    [[nodiscard]] bool is_64_bit() const;  // code segment with L = 1 in long mode
    [[nodiscard]] unsigned digits() const; // hex digits of a linear address: 8 or 16
};

// How many micro-steps an event's record has: a walk's entries and verdict, a gate's checks, pushes
// and entry.
[[nodiscard]] u32 micro_steps(trace::Event const& event);

} // namespace ringside::view
