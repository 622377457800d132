// Properties that hold for any tables, any state and any memory: RapidCheck looks for the
// exception.
#include "core/x86/rflags.hpp"
#include "seg/far_transfer.hpp"
#include "seg/interrupt_delivery.hpp"
#include "seg/interrupt_return.hpp"
#include "seg/segment_access.hpp"
#include "seg/segment_load.hpp"
#include "seg/task_switch.hpp"
#include "tests/seg/random_world.hpp"

#include <doctest/doctest.h>

#include <array>
#include <rapidcheck.h>

namespace ringside::seg::test::properties_test {
namespace {

template <class Record>
void check_writes(World& world, Record const& record, bool may_keep_writes = false) {
    if (!record.outcome && !may_keep_writes) {
        RC_ASSERT(record.writes.empty());
    }
    for (LinearWrite const& write : record.writes) { // every write was probed: none can fault
        RC_ASSERT(static_cast<bool>(
            world.memory.probe_write(write.address, write.size, write.privilege)));
    }
    if (!record.outcome && record.outcome.error().rule != nullptr) {
        RC_ASSERT(!record.checks.empty());
        RC_ASSERT(record.checks.back().rule == record.outcome.error().rule);
        RC_ASSERT(!record.checks.back().ok);
    }
    for (std::size_t index = 0; index + 1 < record.checks.size(); ++index) {
        RC_ASSERT(record.checks[index].ok); // nothing is asked after a refusal
    }
}

TEST_CASE("property: deciding changes neither memory nor state") {
    CHECK(rc::check("const in effect", [] {
        World world = any_world();
        std::vector<u8> const before = world.memory.bytes();
        SegmentState const state = world.state;
        static_cast<void>(deliver(
            world.state, world.memory, world.control,
            {.vector = static_cast<u8>(any_below(256)), .source = InterruptSource::Exception}));
        static_cast<void>(
            far_call(world.state, world.memory, world.control, any_selector(), 0x6000, 4));
        static_cast<void>(far_return(world.state, world.memory, world.control, 4, 0));
        static_cast<void>(interrupt_return(world.state, world.memory, world.control, 4));
        static_cast<void>(load_segment(world.state, world.memory, world.control.rflags,
                                       SegmentName::DS, any_selector()));
        RC_ASSERT(world.memory.bytes() == before);
        RC_ASSERT(world.state == state);
    }));
}

TEST_CASE("property: a record that faulted lists no writes, but a CALL's pushes before a limit") {
    CHECK(rc::check("interrupts", [] {
        World world = any_world();
        check_writes(world, deliver(world.state, world.memory, world.control,
                                    {.vector = static_cast<u8>(any_below(256)),
                                     .source = static_cast<InterruptSource>(any_below(5))}));
    }));
    CHECK(rc::check("returns", [] {
        World world = any_world();
        unsigned const size = 2U << any_below(world.state.long_mode_active ? 3 : 2);
        check_writes(world, interrupt_return(world.state, world.memory, world.control, size));
        check_writes(world, far_return(world.state, world.memory, world.control, size,
                                       static_cast<u16>(any_below(0x20))));
    }));
    CHECK(rc::check("jumps and calls", [] {
        World world = any_world();
        Selector const selector = any_selector();
        u64 const offset = any_below(0x20000);
        FarTransfer const jump =
            far_jump(world.state, world.memory, world.control, selector, offset, 4);
        RC_ASSERT(!jump.pushed_before_fault);
        check_writes(world, jump);
        FarTransfer const call =
            far_call(world.state, world.memory, world.control, selector, offset, 4);
        RC_ASSERT(!call.pushed_before_fault || !call.outcome);
        check_writes(world, call, call.pushed_before_fault);
    }));
    CHECK(rc::check("loads", [] {
        World world = any_world();
        auto const name = static_cast<SegmentName>(any_below(6));
        check_writes(world, load_segment(world.state, world.memory, world.control.rflags, name,
                                         any_selector()));
        check_writes(world, load_tr(world.state, world.memory, any_selector()));
        check_writes(world, load_ldtr(world.state, world.memory, any_selector()));
    }));
}

TEST_CASE("property: a task switch out of random tables lists writes only if it happens") {
    unsigned happened = 0;
    CHECK(rc::check("task switches", [&] {
        World world = any_world();
        world.state.tr.limit = 0x67;
        Selector const slot{free_slot};
        if (any_below(4) != 0) { // a TSS over random bytes: the tables themselves
            world.put(slot, descriptor(0x1080, 0x67, present | (any_below(2) == 0 ? 1 : 9), 0));
        }
        TaskRegisters const now;
        TaskSwitch const record =
            switch_task(world.state, world.memory, now, static_cast<TaskSwitchCause>(any_below(4)),
                        any_below(4) == 0 ? any_selector() : slot);
        check_writes(world, record);
        if (!record.outcome) {
            return;
        }
        commit(record.writes, world.memory);
        TaskSegments const segments =
            load_task_segments(record.outcome.value(), world.memory, record, 1);
        check_writes(world, segments);
        ++happened;
    }));
    CHECK(happened > 0);
}

TEST_CASE("property: no transfer ends in a ring that its code segment does not have") {
    std::array<unsigned, 3> arrived{}; // by CALL, RETF, INT: the property must not be empty
    CHECK(rc::check("CPL, CS.RPL and DPL agree", [&] {
        World world = any_world();
        world.control.rflags &= ~rflags::VM;
        std::array<Result<ControlState, Fault>, 3> const outcomes{
            far_call(world.state, world.memory, world.control, any_selector(), 0x6000, 4).outcome,
            far_return(world.state, world.memory, world.control, 4, 0).outcome,
            deliver(
                world.state, world.memory, world.control,
                {.vector = static_cast<u8>(any_below(256)), .source = InterruptSource::Software})
                .outcome,
        };
        for (std::size_t kind = 0; kind < outcomes.size(); ++kind) {
            auto const& outcome = outcomes.at(kind);
            if (!outcome) {
                continue;
            }
            ++arrived.at(kind);
            ControlState const& to = outcome.value();
            RC_ASSERT(to.cs.selector.rpl() == to.cpl);
            RC_ASSERT(to.cs.descriptor.is_code());
            bool const fits = to.cs.descriptor.conforming() ? to.cs.descriptor.dpl() <= to.cpl
                                                            : to.cs.descriptor.dpl() == to.cpl;
            RC_ASSERT(fits);
        }
    }));
    for (unsigned const count : arrived) {
        CHECK(count > 0);
    }
}

TEST_CASE("property: IRET after a delivery gives back the interrupted state") {
    CHECK(rc::check("deliver, then IRET", [] {
        Ring const cpl = any_ring();
        Ring const handler = static_cast<Ring>(any_below(number(cpl) + 1U));
        World world{cpl};
        bool const wide =
            (cpl == Ring::R0 || cpl == Ring::R3) && handler == Ring::R0 && any_below(2) == 0;
        u8 const vector = static_cast<u8>(any_below(256));
        u8 const type = static_cast<u8>(present | (any_below(2) == 0 ? 0x0e : 0x0f));
        if (wide) {
            world.enter_long_mode();
            world.put_gate64(
                vector, gate(code_of(handler), 0x6000, type, static_cast<u8>(any_below(8))), 0);
        } else {
            world.put_gate(vector, gate(code_of(handler), 0x6000, type));
        }
        // NT would make it a task return; VM is another story; a handler outside ring 0 restores
        // neither IOPL nor, by its privilege, IF.
        u64 kept = 0x3f7fd7 & ~(rflags::NT | rflags::VM);
        world.control.rflags = (any_word() & kept) | rflags::Fixed1;
        world.control.ip = any_below(u64{1} << 32U);
        world.control.sp = 0x8400 + number(cpl) * 0x1000U + any_below(0x300);
        InterruptDelivery const record = deliver(
            world.state, world.memory, world.control,
            {.vector = vector, .source = InterruptSource::External, .error_code = std::nullopt});
        RC_ASSERT(static_cast<bool>(record.outcome));
        commit(record.writes, world.memory);
        apply(record.outcome.value(), world.state);
        InterruptReturn const back =
            interrupt_return(world.state, world.memory, record.outcome.value(), wide ? 8 : 4);
        RC_ASSERT(static_cast<bool>(back.outcome));
        ControlState const& to = back.outcome.value();
        RC_ASSERT(to.ip == world.control.ip);
        RC_ASSERT(to.sp == world.control.sp);
        RC_ASSERT(to.cpl == world.control.cpl);
        RC_ASSERT(to.cs == world.control.cs);
        RC_ASSERT(to.ss == world.control.ss);
        u64 lost = 0;
        if (handler != Ring::R0) {
            lost = rflags::IOPL | rflags::IF | rflags::VIF | rflags::VIP;
        }
        RC_ASSERT((to.rflags & ~lost) == (world.control.rflags & ~lost));
    }));
}

TEST_CASE("property: an access is allowed only if each of its bytes is") {
    CHECK(rc::check("access by bytes", [] {
        World world{Ring::R0};
        auto const segment = SegmentDescriptor{any_descriptor()};
        world.state[SegmentName::DS] = loaded_segment(Selector{free_slot}, segment);
        u64 const near = any_below(2) == 0 ? segment.limit() : any_below(u64{1} << 32U);
        u64 const offset = (near + any_below(16) - 8) & 0xffffffff;
        u32 const size = static_cast<u32>(1 + any_below(16));
        auto const type = static_cast<SegmentAccessType>(any_below(3));
        auto const allowed = [&](u64 at, u32 bytes) {
            return static_cast<bool>(
                access(world.state, 0, SegmentName::DS, at, bytes, type).outcome);
        };
        bool each = offset + size <= u64{1} << 32U; // one that wraps is none
        for (u32 index = 0; index < size; ++index) {
            each = each && allowed(offset + index, 1);
        }
        RC_ASSERT(allowed(offset, size) == each);
    }));
}

} // namespace
} // namespace ringside::seg::test::properties_test
