#pragma once
// A session: one program under one kernel, with its whole story and every one of its moments. The
// story is recorded by one run from reset to the end (or to the instruction budget); any moment is
// then reached by the nearest keyframe and deterministic replay, so every panel can ask a past
// moment a new question.
#include "core/cpu.hpp"
#include "core/machine_config.hpp"
#include "core/trace/event.hpp"
#include "mmu/mmu.hpp"
#include "seg/segment_access.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringside {

// How a run ended.
enum class EndKind : u8 { Exited, BudgetSpent, Panic, Shutdown, Halted };
struct RunEnd {
    EndKind kind = EndKind::Exited;
    u32 wait_status = 0; // Exited: exit code << 8 | signal
    std::string reason;  // Panic, Shutdown, Halted
    u64 insns = 0;
    u64 ticks = 0;
};

// A moment: the machine state at `tick`, seen while event `event` (index) is about to commit.
// `event` == events().size() is after the last event; `micro` is a line of that event's record (a
// walk's step, a gate's check).
struct Moment {
    u64 tick = 0;
    u64 event = 0;
    u32 micro = 0;
    friend bool operator==(Moment const&, Moment const&) = default;
};

// One access explained by the models that execute it; nothing changes.
struct Explanation {
    seg::SegmentAccess segment;
    std::optional<mmu::Lookup> lookup; // absent when segmentation refused
    std::optional<mmu::Lookup> second; // of the page where an access over a page's end goes on
    bool tlb_hit = false;              // the first page's
};

class Session {
public:
    explicit Session(MachineConfig config);
    Session(Session const&) = delete;
    Session(Session&&) noexcept;
    Session& operator=(Session const&) = delete;
    Session& operator=(Session&&) noexcept;
    ~Session();

    // Records the run: to the end, or until `max_insns` have retired. Called once, before anything
    // below.
    RunEnd const& record(u64 max_insns);
    // Runs without recording: events go to the sink as they happen, and there is no way back.
    // Called once, instead of `record`.
    RunEnd const& run(u64 max_insns, trace::EventSink& sink);
    [[nodiscard]] MachineConfig const& config() const;
    [[nodiscard]] RunEnd const& end() const;
    [[nodiscard]] std::vector<trace::Event> const& events() const;
    [[nodiscard]] std::string const& console() const; // all that the guest printed

    // Goes to a moment (clamped to the run). Going back uses a keyframe and replay.
    void go_to_tick(u64 tick);
    void go_to_insn(u64 insn); // the state when `insn` instructions have retired
    void
    go_to_event(u64 index); // the state just before that event's step; events().size(): the end
    [[nodiscard]] Moment moment() const;
    // Goes to that event and calls `look` when it is about to commit. That may be inside its step:
    // a repeated instruction has come as far as the element whose walk it is, and earlier walks of
    // the step have filled the TLB. `look` may ask everything below; it must not move the session.
    // False when the step, made again, did not come to the event, and `look` saw its beginning.
    bool look_at_event(u64 index, std::function<void()> const& look);

    // The machine at this moment.
    [[nodiscard]] u64 insns() const;
    [[nodiscard]] Cpu const& cpu() const;
    [[nodiscard]] mmu::Tlb const& tlb() const;
    [[nodiscard]] PhysicalMemory const& physical() const; // for page walks that explain
    [[nodiscard]] u64 ram_size() const;
    // Bytes at a linear address under a CR3 (default: the current one), without any effect; shorter
    // when a page is absent.
    [[nodiscard]] std::vector<u8> peek(LinearAddress address, std::size_t size,
                                       std::optional<u64> cr3 = std::nullopt) const;
    [[nodiscard]] std::vector<u8> peek_physical(PhysicalAddress address, std::size_t size) const;
    [[nodiscard]] Explanation explain(seg::SegmentName segment, u64 offset, u32 size,
                                      seg::SegmentAccessType type, std::optional<u8> cpl) const;
    // The accesses of the instruction that is about to run: its fetch, then its operands in the
    // order in which the machine checks them. A transfer's (INT, IRET, far) are its event's.
    [[nodiscard]] std::vector<Explanation> explain_instruction() const;
    [[nodiscard]] u64 state_hash() const; // registers, memory, devices

private:
    class Implementation;
    std::unique_ptr<Implementation> self_;
};

} // namespace ringside
