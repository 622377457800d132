#include "seg/task_switch.hpp"

#include "core/x86/rflags.hpp"
#include "seg/checker.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/task_state_segment.hpp"

namespace ringside::seg {

namespace {

using enum ExceptionVector;

constexpr u64 busy_bit = u64{2} << 40U; // bit 1 of the type

// The fields of a TSS, 16-bit or 32-bit, where the manual has them.
struct Layout {
    u32 ip, flags, registers, segments, ldt, last, last_saved;
    unsigned size;          // of a register
    unsigned stride;        // between segment fields
    unsigned segment_count; // ES CS SS DS, and FS GS in a 32-bit one
};
constexpr Layout layout16{tss16::Ip,
                          tss16::Flags,
                          tss16::Registers,
                          tss16::Segments,
                          tss16::Ldt,
                          tss16::Last,
                          tss16::LastSaved,
                          2,
                          2,
                          4};
constexpr Layout layout32{tss32::Eip,
                          tss32::Eflags,
                          tss32::Registers,
                          tss32::Segments,
                          tss32::Ldt,
                          tss32::Last,
                          tss32::LastSaved,
                          4,
                          4,
                          6};

constexpr Layout const& layout_of(SegmentDescriptor tss) {
    return is_tss16(tss) ? layout16 : layout32;
}

bool is_tss(SegmentDescriptor descriptor, bool busy) {
    SystemType const type = descriptor.system_type();
    bool const of_state =
        busy ? type == SystemType::BusyTss || type == SystemType::BusyTss16
             : type == SystemType::AvailableTss || type == SystemType::AvailableTss16;
    return !descriptor.is_segment() && of_state;
}

class Switch {
public:
    Switch(SegmentState const& state, LinearMemory& memory, TaskRegisters const& now,
           TaskSwitch& record, bool external)
        : state_{state}
        , memory_{memory}
        , now_{now}
        , record_{record}
        , check_{record.checks, external} {}

    void run() {
        if (!find_task() || !check_task() || !read_task() || !save_task() || !mark_tasks()) {
            record_.writes.clear();
            record_.outcome = check_.fault();
        }
    }

private:
    [[nodiscard]] bool is_return() const { return record_.cause == TaskSwitchCause::Return; }
    [[nodiscard]] bool nests() const {
        return record_.cause == TaskSwitchCause::Call ||
               record_.cause == TaskSwitchCause::Interrupt;
    }

    bool find_task();
    bool check_task();
    bool read_task();
    bool save_task();
    bool mark_tasks();
    bool read_field(u32 offset, unsigned size, u32& into);
    bool write(LinearAddress address, unsigned size, u64 value);

    SegmentState const& state_;
    LinearMemory& memory_;
    TaskRegisters const& now_;
    TaskSwitch& record_;
    Checker check_;
    FetchedDescriptor tss_{};
};

// IRET finds the task in the link of the current TSS.
bool Switch::find_task() {
    u64 link = record_.task.raw;
    if (is_return() && !check_.take(memory_.read(table_entry(state_, state_.tr.base, 0), 2,
                                                 Privilege::ImplicitSupervisor),
                                    link)) {
        return false;
    }
    record_.task = Selector{static_cast<u16>(link)};
    return true;
}

bool Switch::check_task() {
    Selector const task = record_.task;
    u32 const error_code = task.error_code();
    SegmentDescriptor const& tss = tss_.descriptor;
    ExceptionVector const vector = is_return() ? TS : GP;
    bool const in_gdt = task.table() == TableIndicator::GDT && !task.is_null();
    return check_.require(rules::task_in_gdt, in_gdt, vector, error_code) &&
           fetch_descriptor(check_, state_, memory_, task, vector, tss_) &&
           check_.require(is_return() ? rules::task_tss_busy : rules::task_tss_available,
                          is_tss(tss, is_return()), vector, error_code) &&
           check_.require(rules::task_tss_present, tss.present(), NP, error_code) &&
           check_.require(rules::task_tss_limit, tss.limit() >= layout_of(tss).last, TS,
                          error_code) &&
           check_.require(rules::task_old_limit,
                          state_.tr.limit >= layout_of(state_.tr.descriptor).last_saved, TS,
                          state_.tr.selector.error_code());
}

bool Switch::read_field(u32 offset, unsigned size, u32& into) {
    u64 value = 0;
    LinearAddress const address = table_entry(state_, tss_.descriptor.base(), offset);
    if (!check_.take(memory_.read(address, size, Privilege::ImplicitSupervisor), value)) {
        return false;
    }
    into = static_cast<u32>(value);
    return true;
}

bool Switch::read_task() {
    Layout const& layout = layout_of(tss_.descriptor);
    record_.tss16 = is_tss16(tss_.descriptor);
    TaskRegisters& next = record_.registers;
    bool read = read_field(layout.ip, layout.size, next.eip) &&
                read_field(layout.flags, layout.size, next.eflags);
    for (u32 index = 0; index < 8; ++index) {
        u32& into = next.general[index];
        read = read && read_field(layout.registers + index * layout.size, layout.size, into);
        // The manual does not say what the upper halves become: this is what the 386 left there.
        into |= record_.tss16 ? 0xffff0000 : 0;
    }
    SegmentState state = state_;
    for (u32 index = 0; index < 6; ++index) {
        u32 selector = 0; // a 16-bit TSS has no FS and GS: null
        read = read && (index >= layout.segment_count ||
                        read_field(layout.segments + index * layout.stride, 2, selector));
        state.registers[index] = null_segment(Selector{static_cast<u16>(selector)});
    }
    u32 ldt = 0;
    u32 trap = 0;
    u32 page_directory = 0;
    read = read && read_field(layout.ldt, 2, ldt);
    if (!record_.tss16) {
        read =
            read && read_field(tss32::Trap, 2, trap) && read_field(tss32::Cr3, 4, page_directory);
        next.cr3 = page_directory;
    }
    if (!read) {
        return false;
    }
    next.eflags &= static_cast<u32>(rflags::Defined);
    next.eflags |= static_cast<u32>(rflags::Fixed1) | (nests() ? static_cast<u32>(rflags::NT) : 0);
    record_.ldt = Selector{static_cast<u16>(ldt)};
    record_.debug_trap = (trap & 1U) != 0;
    state.tr = SegmentRegister{.selector = record_.task,
                               .base = tss_.descriptor.base(),
                               .limit = tss_.descriptor.limit(),
                               .descriptor = SegmentDescriptor{tss_.descriptor.raw | busy_bit},
                               .usable = true};
    state.ldtr = null_segment(record_.ldt);
    record_.outcome = state;
    return true;
}

bool Switch::write(LinearAddress address, unsigned size, u64 value) {
    if (!check_.accept(memory_.probe_write(address, size, Privilege::ImplicitSupervisor))) {
        return false;
    }
    record_.writes.push_back(LinearWrite{.address = address,
                                         .value = value,
                                         .size = static_cast<u8>(size),
                                         .privilege = Privilege::ImplicitSupervisor});
    return true;
}

// The fields that change while a task runs; IRET leaves the old task un-nested.
bool Switch::save_task() {
    Layout const& layout = layout_of(state_.tr.descriptor);
    auto const field = [&](u32 offset) { return table_entry(state_, state_.tr.base, offset); };
    u64 const mask = low_mask(layout.size * 8);
    u64 const flags = is_return() ? now_.eflags & ~rflags::NT : now_.eflags;
    record_.writes.reserve(24);
    bool saved = write(field(layout.ip), layout.size, now_.eip & mask) &&
                 write(field(layout.flags), layout.size, flags & mask);
    for (u32 index = 0; index < 8; ++index) {
        saved = saved && write(field(layout.registers + index * layout.size), layout.size,
                               now_.general[index] & mask);
    }
    for (u32 index = 0; index < layout.segment_count; ++index) {
        saved = saved && write(field(layout.segments + index * layout.stride), 2,
                               state_.registers[index].selector.raw);
    }
    return saved;
}

// JMP and IRET leave the old task available; what is switched to is busy; a nested task links back.
bool Switch::mark_tasks() {
    if (!nests() && state_.tr.selector != record_.task) {
        auto const address = locate(state_, state_.tr.selector);
        u64 raw = 0;
        if (address &&
            (!check_.take(memory_.read(*address, 8, Privilege::ImplicitSupervisor), raw) ||
             !write(*address + 5, 1, bits<47, 40>(raw & ~busy_bit)))) {
            return false;
        }
    }
    u64 const type = bits<47, 40>(tss_.descriptor.raw | busy_bit);
    LinearAddress const link = table_entry(state_, tss_.descriptor.base(), 0);
    return (is_return() || write(tss_.address + 5, 1, type)) &&
           (!nests() || write(link, 2, state_.tr.selector.raw));
}

} // namespace

TaskSwitch switch_task(SegmentState const& state, LinearMemory& memory, TaskRegisters const& now,
                       TaskSwitchCause cause, Selector task, bool external) {
    TaskSwitch record;
    record.cause = cause;
    record.task = task;
    Switch{state, memory, now, record, external}.run();
    return record;
}

} // namespace ringside::seg
