// The second part of a task switch: LDTR, CS, SS and the data segments of the new task, all refused
// as #TS but for presence (SDM volume 3, section 8.3, table 8-1).
#include "core/x86/rflags.hpp"
#include "seg/checker.hpp"
#include "seg/code_segment.hpp"
#include "seg/stack.hpp"
#include "seg/stack_segment.hpp"
#include "seg/task_switch.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

class Loader {
public:
    Loader(SegmentState const& state, LinearMemory& memory, TaskSwitch const& task,
           TaskSegments& record, bool external)
        : memory_{memory}
        , task_{task}
        , record_{record}
        , check_{record.checks, external}
        , state_{record.loaded} {
        state_ = state;
        record_.esp = task.registers.general[4];
    }

    void run(std::optional<u32> error_code) {
        if (!load_ldt() || !(is_v86() ? load_v86() : load_protected()) ||
            !check_entry_point(check_, state_, state_[SegmentName::CS].descriptor,
                               task_.registers.eip) ||
            (error_code && !push(*error_code))) {
            record_.writes.clear();
            record_.outcome = check_.fault();
        }
    }

private:
    [[nodiscard]] bool is_v86() const { return (task_.registers.eflags & rflags::VM) != 0; }
    [[nodiscard]] Selector selector(SegmentName name) const { return state_[name].selector; }

    bool load_ldt();
    bool load_v86();
    bool load_protected();
    bool load_code();
    bool load_stack();
    bool load_data(SegmentName name);
    bool push(u32 error_code);
    bool finish(SegmentName name, FetchedDescriptor const& fetched);

    LinearMemory& memory_;
    TaskSwitch const& task_;
    TaskSegments& record_;
    Checker check_;
    SegmentState& state_;
};

bool Loader::load_ldt() {
    Selector const ldt = task_.ldt;
    u32 const error_code = ldt.error_code();
    if (ldt.is_null()) {
        return true;
    }
    FetchedDescriptor fetched;
    SegmentDescriptor const& descriptor = fetched.descriptor;
    auto const is_ldt = [&] {
        return !descriptor.is_segment() && descriptor.system_type() == SystemType::Ldt;
    };
    if (!check_.require(rules::task_ldt, ldt.table() == TableIndicator::GDT, TS, error_code) ||
        !fetch_descriptor(check_, state_, memory_, ldt, TS, fetched) ||
        !check_.require(rules::task_ldt, is_ldt(), TS, error_code) ||
        !check_.require(rules::task_ldt_present, descriptor.present(), TS, error_code)) {
        return false;
    }
    state_.ldtr = SegmentRegister{.selector = ldt,
                                  .base = descriptor.base(),
                                  .limit = descriptor.limit(),
                                  .descriptor = descriptor,
                                  .usable = true};
    return true;
}

bool Loader::load_v86() {
    for (SegmentRegister& segment : state_.registers) {
        segment = virtual8086_segment(segment.selector);
    }
    state_.cpl = Ring::R3;
    return true;
}

// CPL is the RPL of CS from here on: the stack and data segments are judged by it.
bool Loader::load_protected() {
    state_.cpl = selector(SegmentName::CS).rpl();
    bool loaded = load_code() && load_stack();
    for (SegmentName const name :
         {SegmentName::DS, SegmentName::ES, SegmentName::FS, SegmentName::GS}) {
        loaded = loaded && load_data(name);
    }
    return loaded;
}

bool Loader::finish(SegmentName name, FetchedDescriptor const& fetched) {
    if (!mark_accessed(check_, memory_, record_.writes, fetched)) {
        return false;
    }
    state_[name] = loaded_segment(fetched.selector, fetched.descriptor);
    return true;
}

bool Loader::load_code() {
    Selector const cs = selector(SegmentName::CS);
    u32 const error_code = cs.error_code();
    FetchedDescriptor fetched;
    SegmentDescriptor const& code = fetched.descriptor;
    auto const fits = [&] {
        return code.conforming() ? code.dpl() <= cs.rpl() : code.dpl() == cs.rpl();
    };
    return check_.require(rules::code_not_null, !cs.is_null(), TS) &&
           fetch_descriptor(check_, state_, memory_, cs, TS, fetched) &&
           check_.require(rules::code_type, code.is_code(), TS, error_code) &&
           check_.require(rules::task_code_rpl, fits(), TS, error_code) &&
           check_.require(rules::code_present, code.present(), NP, error_code) &&
           finish(SegmentName::CS, fetched);
}

bool Loader::load_stack() {
    FetchedDescriptor fetched;
    return check_.require(rules::stack_not_null, !selector(SegmentName::SS).is_null(), TS) &&
           check_stack_segment(check_, state_, memory_, selector(SegmentName::SS), state_.cpl, TS,
                               fetched) &&
           finish(SegmentName::SS, fetched);
}

bool Loader::load_data(SegmentName name) {
    Selector const data = selector(name);
    u32 const error_code = data.error_code();
    if (data.is_null()) {
        return true;
    }
    FetchedDescriptor fetched;
    if (!fetch_descriptor(check_, state_, memory_, data, TS, fetched)) {
        return false;
    }
    SegmentDescriptor const descriptor = fetched.descriptor;
    bool const readable = descriptor.is_segment() && descriptor.readable();
    Ring const effective = least_privileged(state_.cpl, data.rpl());
    bool const privileged = descriptor.conforming() || descriptor.dpl() >= effective;
    return check_.require(rules::load_data_type, readable, TS, error_code) &&
           check_.require(rules::load_data_privilege, privileged, TS, error_code) &&
           check_.require(rules::load_data_present, descriptor.present(), NP, error_code) &&
           finish(name, fetched);
}

bool Loader::push(u32 error_code) {
    PushStack stack{record_.writes, state_[SegmentName::SS], record_.esp, false, state_.cpl};
    stack.push(error_code, task_.tss16 ? 2 : 4);
    record_.esp = static_cast<u32>(stack.pointer());
    return stack.check_room(check_, 0) && stack.probe(check_, memory_);
}

} // namespace

TaskSegments load_task_segments(SegmentState const& state, LinearMemory& memory,
                                TaskSwitch const& record, std::optional<u32> error_code,
                                bool external) {
    TaskSegments segments;
    Loader{state, memory, record, segments, external}.run(error_code);
    return segments;
}

} // namespace ringside::seg
