#include "core/session.hpp"

#include "core/decoder/decode.hpp"
#include "core/event_probe.hpp"
#include "core/history.hpp"
#include "core/machine.hpp"
#include "core/operand_accesses.hpp"
#include "core/unicorn/posture.hpp"

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

    bool look_at_event(u64 index, std::function<void()> const& look) {
        go_to_event(index);
        if (index >= events_.size()) {
            look();
            return true;
        }
        auto const first = std::ranges::lower_bound(
            events_, events_[index].tick, {}, [](trace::Event const& event) { return event.tick; });
        history_.remember_here(); // the step is made again for the events that share it
        EventProbe probe{events_[index], index - static_cast<u64>(first - events_.begin()), look};
        machine_.set_sink(&probe);
        machine_.step();
        machine_.set_sink(nullptr);
        go_to_event(index);
        probe.rethrow();
        if (!probe.has_looked()) {
            look();
        }
        return probe.has_looked();
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
    [[nodiscard]] u64 most_ticks(u64 max_insns) const { return max_insns * 2 + machine_.pauses(); }
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
bool Session::look_at_event(u64 index, std::function<void()> const& look) {
    return self_->look_at_event(index, look);
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

namespace {

mmu::AccessType paging_type(seg::SegmentAccessType type) {
    switch (type) {
    case seg::SegmentAccessType::Write:
        return mmu::AccessType::Write;
    case seg::SegmentAccessType::Fetch:
        return mmu::AccessType::Fetch;
    case seg::SegmentAccessType::Read:
        break;
    }
    return mmu::AccessType::Read;
}

// Whose memory accesses belong to the record of a transfer of control.
bool is_transfer(Instruction const& instruction) {
    switch (instruction.operation) {
    case Operation::Int:
    case Operation::Int1:
    case Operation::Int3:
    case Operation::Into:
    case Operation::Iret:
    case Operation::FarJump:
    case Operation::FarCall:
    case Operation::FarReturn:
        return true;
    default:
        return false;
    }
}

} // namespace

Explanation Session::explain(seg::SegmentName segment, u64 offset, u32 size,
                             seg::SegmentAccessType type, std::optional<u8> cpl) const {
    Cpu const& now = cpu();
    seg::SegmentState state = now.segments;
    state.cpl = cpl ? static_cast<Ring>(*cpl & 3U) : state.cpl;
    Explanation answer;
    answer.segment = seg::access(state, now.rflags, segment, offset, size, type);
    if (!answer.segment.outcome) {
        return answer;
    }
    auto const look_up = [&](LinearAddress address) {
        return self_->machine_.mmu().look_up(physical(), now.paging_context(),
                                             {.address = address,
                                              .type = paging_type(type),
                                              .user = state.cpl == Ring::R3,
                                              .implicit = false});
    };
    LinearAddress const first = answer.segment.outcome.value();
    answer.lookup = look_up(first);
    bool const paging =
        now.paging_context().mode != mmu::PagingMode::None; // without it nothing is cached
    answer.tlb_hit = paging && !answer.lookup->walk;
    u64 const in_page = page_size_4k - first.page_offset();
    if (size > in_page) {
        answer.second = look_up(first + in_page);
    }
    return answer;
}

std::vector<Explanation> Session::explain_instruction() const {
    Cpu const& now = cpu();
    u64 const base = now.segments[seg::SegmentName::CS].base;
    Instruction const instruction = decode(peek(LinearAddress{base + now.rip}, longest_instruction),
                                           unicorn::code_size_of(now));
    std::vector<Explanation> answers;
    answers.push_back(explain(seg::SegmentName::CS, now.rip, std::max<u32>(instruction.length, 1),
                              seg::SegmentAccessType::Fetch, std::nullopt));
    if (!is_complete(instruction) || is_transfer(instruction)) {
        return answers;
    }
    for (OperandAccess const& operand : operand_accesses(instruction, now)) {
        answers.push_back(
            explain(operand.segment, operand.offset, operand.size, operand.type, std::nullopt));
    }
    return answers;
}

} // namespace ringside
