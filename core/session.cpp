#include "core/session.hpp"

#include "core/history.hpp"
#include "core/machine.hpp"

#include <algorithm>

namespace ringside {

class Session::Implementation final : public trace::EventSink {
public:
    explicit Implementation(MachineConfig config)
        : config_{std::move(config)}
        , machine_{config_}
        , history_{machine_} {
        history_.take_keyframe();
    }

    RunEnd const& record(u64 max_insns) {
        max_insns = std::min(max_insns, endless);
        machine_.set_sink(this);
        while (!is_over(max_insns) && events_.size() < most_events) {
            machine_.run_until_tick(std::min(history_.next_keyframe_tick(), last_tick(max_insns)));
            if (machine_.ticks() >= history_.next_keyframe_tick() && !machine_.end()) {
                history_.take_keyframe();
            }
        }
        event_ = events_.size();
        return finish();
    }

    RunEnd const& run(u64 max_insns, trace::EventSink& sink) {
        max_insns = std::min(max_insns, endless);
        machine_.set_sink(&sink);
        while (!is_over(max_insns)) {
            machine_.run_until_tick(last_tick(max_insns));
        }
        return finish();
    }

    void on_event(trace::Event&& event) override {
        if (auto const* const text = std::get_if<trace::Text>(&event.body);
            text != nullptr && text->kind == trace::TextKind::Console) {
            console_ += text->text;
        }
        events_.push_back(std::move(event));
    }

    void go_to_tick(u64 tick) {
        history_.go_to_tick(std::min(tick, end_.ticks));
        find_event();
    }
    void go_to_insn(u64 insn) {
        history_.go_to_insn(std::min(insn, end_.insns));
        find_event();
    }
    void go_to_event(u64 index) {
        event_ = std::min<u64>(index, events_.size());
        history_.go_to_tick(event_ == events_.size() ? end_.ticks : events_[event_].tick);
    }

    MachineConfig config_;
    Machine machine_;
    History history_;
    std::vector<trace::Event> events_;
    std::string console_;
    RunEnd end_;
    u64 event_ = 0;

private:
    // A story of more cannot be kept in memory, nor read by anybody.
    static constexpr std::size_t most_events = 1'000'000;

    // A guest that only ever faults retires nothing: exceptions count against the budget too.
    static constexpr u64 endless = u64{1} << 62U;
    static u64 most_ticks(u64 max_insns) { return max_insns * 2; }
    [[nodiscard]] bool is_over(u64 max_insns) const {
        return machine_.end() || machine_.insns() >= max_insns ||
               machine_.ticks() >= most_ticks(max_insns);
    }
    // No run to here retires more than the budget.
    [[nodiscard]] u64 last_tick(u64 max_insns) const {
        return std::min(machine_.ticks() + (max_insns - machine_.insns()), most_ticks(max_insns));
    }
    RunEnd const& finish() {
        machine_.set_sink(nullptr);
        end_ = machine_.end().value_or(
            RunEnd{.kind = EndKind::BudgetSpent,
                   .reason = events_.size() < most_events ? "" : "a story keeps a million events"});
        end_.insns = machine_.insns();
        end_.ticks = machine_.ticks();
        return end_;
    }
    // The first event that has not happened yet.
    void find_event() {
        auto const found = std::ranges::lower_bound(
            events_, machine_.ticks(), {}, [](trace::Event const& event) { return event.tick; });
        event_ = static_cast<u64>(found - events_.begin());
    }
};

Session::Session(MachineConfig config)
    : self_{std::make_unique<Implementation>(std::move(config))} {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

RunEnd const& Session::record(u64 max_insns) {
    return self_->record(max_insns);
}
MachineConfig const& Session::config() const {
    return self_->config_;
}
RunEnd const& Session::run(u64 max_insns, trace::EventSink& sink) {
    return self_->run(max_insns, sink);
}
RunEnd const& Session::end() const {
    return self_->end_;
}
std::vector<trace::Event> const& Session::events() const {
    return self_->events_;
}
std::string const& Session::console() const {
    return self_->console_;
}
void Session::go_to_tick(u64 tick) {
    self_->go_to_tick(tick);
}
void Session::go_to_insn(u64 insn) {
    self_->go_to_insn(insn);
}
void Session::go_to_event(u64 index) {
    self_->go_to_event(index);
}
Moment Session::moment() const {
    return {.tick = self_->machine_.ticks(), .event = self_->event_, .micro = 0};
}
u64 Session::insns() const {
    return self_->machine_.insns();
}
Cpu const& Session::cpu() const {
    return std::as_const(self_->machine_).cpu();
}
mmu::Tlb const& Session::tlb() const {
    return self_->machine_.mmu().tlb();
}
PhysicalMemory const& Session::physical() const {
    return std::as_const(self_->machine_).ram();
}
u64 Session::ram_size() const {
    return std::as_const(self_->machine_).ram().size();
}
u64 Session::state_hash() const {
    return self_->machine_.state_hash();
}

std::vector<u8> Session::peek(LinearAddress address, std::size_t size,
                              std::optional<u64> cr3) const {
    return self_->machine_.peek(address, size, cr3);
}

std::vector<u8> Session::peek_physical(PhysicalAddress address, std::size_t size) const {
    Ram const& ram = std::as_const(self_->machine_).ram();
    std::vector<u8> bytes;
    for (std::size_t offset = 0; offset < size && ram.backs(address + offset); ++offset) {
        bytes.push_back(static_cast<u8>(ram.read(address + offset, 1)));
    }
    return bytes;
}

Explanation Session::explain(seg::SegmentName segment, u64 offset, u32 size,
                             seg::SegmentAccessType type, std::optional<u8> cpl) const {
    Cpu const& now = cpu();
    seg::SegmentState state = now.segments;
    state.cpl = cpl ? static_cast<Ring>(*cpl & 3U) : state.cpl;
    Explanation answer;
    answer.segment = seg::access(state, now.rflags, segment, offset, size, type);
    if (answer.segment.outcome) {
        mmu::AccessType const access =
            type == seg::SegmentAccessType::Write   ? mmu::AccessType::Write
            : type == seg::SegmentAccessType::Fetch ? mmu::AccessType::Fetch
                                                    : mmu::AccessType::Read;
        answer.lookup = self_->machine_.mmu().look_up(physical(), now.paging_context(),
                                                      {.address = answer.segment.outcome.value(),
                                                       .type = access,
                                                       .user = state.cpl == Ring::R3,
                                                       .implicit = false});
        answer.tlb_hit = !answer.lookup->walk;
    }
    return answer;
}

} // namespace ringside
