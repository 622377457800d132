#include "tests/trace/story_builder.hpp"

#include "kernel_stub/abi/tracepoints.h"

namespace ringside::trace::testing {

StoryBuilder& StoryBuilder::step(u8 cpl, u64 ip) {
    ++tick_;
    ++insn_;
    cpl_ = cpl;
    ip_ = ip;
    return *this;
}

StoryBuilder& StoryBuilder::pid(u32 pid) {
    pid_ = pid;
    return *this;
}

StoryBuilder& StoryBuilder::cr3(u64 cr3) {
    cr3_ = cr3;
    return *this;
}

u64 StoryBuilder::add(Body body) {
    Event event;
    event.tick = tick_;
    event.insn = insn_;
    event.ip = ip_;
    event.cr3 = cr3_;
    event.pid = pid_;
    event.cs = cpl_ == 3 ? 0x23 : 0x10;
    event.cpl = cpl_;
    event.body = std::move(body);
    events.push_back(std::move(event));
    return events.size() - 1;
}

u64 StoryBuilder::walk(u64 lin, bool user, bool implicit) {
    mmu::PageWalk walk{{.address = LinearAddress{lin}, .user = user, .implicit = implicit},
                       mmu::PagingMode::Bits32};
    walk.steps.push_back(
        {PhysicalAddress{0x101000}, 0x103067, mmu::PagingLevel::PD, mmu::WalkVerdict::Descend});
    walk.steps.push_back(
        {PhysicalAddress{0x103000}, 0x200067, mmu::PagingLevel::PT, mmu::WalkVerdict::Leaf});
    mmu::Translation translation;
    translation.address = PhysicalAddress{0x200000 | (lin & 0xfff)};
    walk.outcome = translation;
    return add(Walk{walk});
}

u64 StoryBuilder::user_walk(u64 lin) {
    return walk(lin, true, false);
}
u64 StoryBuilder::kernel_walk(u64 lin) {
    return walk(lin, false, false);
}
u64 StoryBuilder::implicit_walk(u64 lin) {
    return walk(lin, false, true);
}

u64 StoryBuilder::failed_walk(u64 lin, bool user) {
    mmu::PageWalk walk{{.address = LinearAddress{lin}, .user = user}, mmu::PagingMode::Bits32};
    walk.steps.push_back(
        {PhysicalAddress{0x101000}, 0x103067, mmu::PagingLevel::PD, mmu::WalkVerdict::Descend});
    walk.steps.push_back(
        {PhysicalAddress{0x103000}, 0, mmu::PagingLevel::PT, mmu::WalkVerdict::NotPresent});
    Fault fault;
    fault.vector = ExceptionVector::PF;
    fault.error_code = user ? 4 : 0;
    fault.address = LinearAddress{lin};
    walk.outcome = fault;
    return add(Walk{walk});
}

u64 StoryBuilder::gate(u8 vector, GateSource source, u8 from_cpl) {
    Gate gate;
    gate.vec = vector;
    gate.source = source;
    gate.gate = 0xc010'ef00'0010'1000;
    gate.from = {.cs = static_cast<u16>(from_cpl == 3 ? 0x23 : 0x10),
                 .ip = ip_,
                 .ss = 0x2b,
                 .sp = 0xbffff000,
                 .cpl = from_cpl};
    gate.to = {.cs = 0x10, .ip = 0xc0101000, .ss = 0x18, .sp = 0xc0200fec, .cpl = 0};
    gate.pushed = {0x2b, 0xbffff000, 0x202, 0x23, ip_};
    gate.stack_switched = from_cpl == 3;
    return add(gate);
}

u64 StoryBuilder::iret(u8 to_cpl) {
    Transfer transfer;
    transfer.from = {.cs = 0x10, .ip = ip_, .ss = 0x18, .sp = 0xc0200fec, .cpl = 0};
    transfer.to = {.cs = static_cast<u16>(to_cpl == 3 ? 0x23 : 0x10),
                   .ip = 0x8048130,
                   .ss = 0x2b,
                   .sp = 0xbffff000,
                   .cpl = to_cpl};
    return add(transfer);
}

u64 StoryBuilder::syscall(u32 nr, std::string const& name, std::array<u64, 6> args, u8 argc) {
    return add(Syscall{nr, name, args, argc, true});
}

u64 StoryBuilder::syscall_ret(u32 nr, std::string const& name, i64 ret) {
    return add(SyscallRet{nr, name, ret});
}

namespace {

constexpr u64 buffer = 0x8051f00;
constexpr u64 size = 6000;

void boot(StoryBuilder& story) {
    story.pid(0).step(0, 0xc0100000).add(CrWrite{3, 0, 0x101000});
    story.step(0).kernel_walk(0xc0100000);
    story.step(0).add(Sched{0, 1});
    story.pid(1).step(0);
    story.implicit_walk(0xc0104000);
    story.iret(3);
    story.step(3, 0x8048000).failed_walk(0x8048000, true); // the program's first instruction
    story.add(PageFault{0x8048000, 4});
    story.implicit_walk(0xc0103000);
    story.gate(14, GateSource::Exception, 3);
}

void first_fault_ends(StoryBuilder& story) {
    story.step(0).add(FaultIn{TP_FILE, 0x8048000, 0x300000, true});
}

void call_begins(StoryBuilder& story) {
    story.step(3, 0x804812e).user_walk(0x8048000);
    story.step(3, 0x804812e).implicit_walk(0xc0103000); // the IDT, for INT 80h
    story.gate(0x80, GateSource::Int, 3);
    story.step(0).add(SegLoad{});
    story.step(0).syscall(4, "write", {1, buffer, size});
}

} // namespace

std::vector<Event> three_one_write() {
    StoryBuilder story;
    boot(story);
    first_fault_ends(story);
    story.step(0).iret(3);
    call_begins(story);
    story.step(0).kernel_walk(0xc0105000);
    story.step(0).add(AccessOk{buffer, size, 0xc0000000, true});
    story.step(0, 0xc0102f3a).kernel_walk(buffer);
    story.kernel_walk(0xc0300000); // the kernel's buffer, in the same REP MOVS
    story.failed_walk(0x8052000, false);
    story.add(PageFault{0x8052000, 0});
    story.gate(14, GateSource::Exception, 0);
    story.step(0).add(FaultIn{TP_FILE, 0x8052000, 0x301000, false});
    story.step(0).iret(0);
    story.step(0, 0xc0102f3a).kernel_walk(0x8052000);
    story.kernel_walk(0x8053000);
    story.step(0).add(Copy{TP_FROM_USER, buffer, 0xc0300000, size, 0, "The quick brown "});
    story.step(0).syscall_ret(4, "write", 6000);
    story.step(0).add(SegLoad{});
    story.step(0).iret(3);
    story.step(3).gate(0x80, GateSource::Int, 3);
    story.step(0).syscall(20, "getpid");
    story.step(0).syscall_ret(20, "getpid", 1);
    story.step(0).iret(3);
    return story.events;
}

std::vector<Event> four_four_write() {
    StoryBuilder story;
    boot(story);
    story.step(0, 0xc0101020).add(CrWrite{3, 0x102000, 0x101000});
    story.add(TlbChange{TlbOp::Flush, 0, 5});
    first_fault_ends(story);
    story.step(0).add(CrWrite{3, 0x101000, 0x102000});
    story.add(TlbChange{TlbOp::Flush, 0, 5});
    story.step(0).iret(3);
    call_begins(story);
    story.step(0, 0xc0101020).add(CrWrite{3, 0x102000, 0x101000});
    story.add(TlbChange{TlbOp::Flush, 0, 7});
    story.step(0).kernel_walk(0x2105000);
    u64 page = 0x8051000;
    for (u32 slot = 0; slot < 3; ++slot, page += 0x1000) {
        u64 const at = slot == 0 ? buffer : page;
        if (slot == 1) {
            story.step(0).add(Softwalk{at, false, false});
            story.step(0).add(FaultIn{TP_FILE, 0x8052000, 0x301000, false});
        }
        story.step(0).add(Softwalk{at, false, true});
        story.step(0).add(Kmap{0, 0xff803000, 0x300000 + page});
        story.add(TlbChange{TlbOp::Invlpg, 0xff803000, 1});
        story.step(0).kernel_walk(0xff803000);
    }
    story.step(0).add(Copy{TP_FROM_USER, buffer, 0x2300000, size, 0, "The quick brown "});
    story.step(0).syscall_ret(4, "write", 6000);
    story.step(0).add(CrWrite{3, 0x101000, 0x102000});
    story.add(TlbChange{TlbOp::Flush, 0, 9});
    story.step(0).iret(3);
    story.step(3).gate(0x80, GateSource::Int, 3);
    story.step(0).syscall(20, "getpid");
    story.step(0, 0xc0101020).add(CrWrite{3, 0x102000, 0x101000});
    story.step(0).syscall_ret(20, "getpid", 1);
    story.step(0).add(CrWrite{3, 0x101000, 0x102000});
    story.step(0).iret(3);
    return story.events;
}

} // namespace ringside::trace::testing
