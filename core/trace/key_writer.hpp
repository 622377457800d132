#pragma once
// Goes through a story once and gives every event its key, scene and depth. Included by outline's
// sources only.
#include "core/trace/keys.hpp"
#include "core/trace/lookahead.hpp"
#include "core/trace/outline.hpp"

#include <map>
#include <optional>

namespace ringside::trace {

class KeyWriter {
public:
    explicit KeyWriter(std::vector<Event> const& events)
        : events_{events}
        , ahead_{look_ahead(events)} {}
    [[nodiscard]] Outline write();

private:
    enum class Phase : u8 { Entry, Inside, Exit };
    // What a process is doing: at the bottom boot or user code, above it what interrupted that.
    struct Frame {
        SceneKind kind = SceneKind::Boot;
        bool nested = false; // interrupted the kernel: stays in the scene it interrupted
        Phase phase = Phase::Inside;
        bool early = false; // after the gate, before the kernel tells of anything
        u64 entry_ip = 0;   // where the gate led
        std::string key;    // "sys1/write", "sys1/write/copy/p2/fault"
        u64 scene = Scene::none;
        u64 begin = 0;
        u64 gate = no_event;
    };
    struct CopyState {
        std::size_t span = 0; // index in the copies found ahead
        std::string key;
        u64 page = 0;
        u64 window = 0;          // page of the kernel's mapping of it, 0: none
        bool soft_fault = false; // its last look-up failed
    };
    struct Process {
        std::vector<Frame> frames;
        std::vector<CopyState> copies; // innermost last
        std::string after;             // the scene that user code comes after
        u32 calls = 0;
    };

    void begin_event(u64 index);
    void begin_delivery(Process& process, u64 index, u64 gate);
    void name_event(u64 index);
    void end_event(u64 index);
    void end_transfer(Process& process, u64 index, Transfer const& transfer);

    [[nodiscard]] std::string key_of(Process& process, u64 index);
    [[nodiscard]] std::string frame_key(Frame const& frame, Event const& event) const;
    [[nodiscard]] std::string copy_key(CopyState& copy, Event const& event) const;
    [[nodiscard]] std::string walk_key(Process const& process, std::string const& context,
                                       Event const& event, Walk const& walk) const;
    [[nodiscard]] CopyState* copy_at(Process& process, u64 index) const;
    [[nodiscard]] Process& process_of(u64 index);
    [[nodiscard]] u64 scene_at(Process& process, u64 index);
    [[nodiscard]] u64 open_scene(SceneKind kind, std::string key, u64 index);
    [[nodiscard]] std::string pid_part(u32 pid) const;

    std::vector<Event> const& events_;
    Lookahead ahead_;
    Outline outline_;
    UniqueKeys keys_;
    std::map<u32, Process> processes_;
    u32 faults_ = 0;
    u32 irqs_ = 0;
};

} // namespace ringside::trace
