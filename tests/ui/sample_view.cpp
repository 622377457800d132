#include "tests/ui/sample_view.hpp"

#include "core/x86/control_registers.hpp"
#include "seg/rules.hpp"

#include <map>

namespace ringside::tests {

namespace {

class Tables final : public PhysicalMemory {
public:
    u32 read32(PhysicalAddress address) const override {
        auto const found = words_.find(address.value());
        return found == words_.end() ? 0 : found->second;
    }
    u64 read64(PhysicalAddress address) const override {
        return read32(address) | u64{read32(address + 4)} << 32U;
    }
    void write32(PhysicalAddress address, u32 value) override { words_[address.value()] = value; }
    void write64(PhysicalAddress address, u64 value) override {
        write32(address, static_cast<u32>(value));
        write32(address + 4, static_cast<u32>(value >> 32U));
    }

private:
    std::map<u64, u32> words_;
};

constexpr u64 cr3 = 0x00101000;

mmu::PageWalk faulting_walk() {
    Tables tables;
    tables.write32(PhysicalAddress{0x00101080}, 0x00103067);
    tables.write32(PhysicalAddress{0x00103144}, 0);
    mmu::PagingContext context;
    context.mode = mmu::PagingMode::Bits32;
    context.cr3 = cr3;
    context.wp = true;
    return mmu::walk(tables, context, {LinearAddress{0x08051000}, mmu::AccessType::Read});
}

mmu::PageWalk refused_fetch() {
    Tables tables;
    tables.write64(PhysicalAddress{0x00101ff8}, 0x00102023);
    tables.write64(PhysicalAddress{0x00102ff0}, 0x00103023);
    tables.write64(PhysicalAddress{0x00103000}, 0x00104023);
    tables.write64(PhysicalAddress{0x00104908}, 0x00121161);
    mmu::PagingContext context;
    context.mode = mmu::PagingMode::Level4;
    context.cr3 = cr3;
    context.nxe = true;
    mmu::Access access{LinearAddress{0xffffffff80121000}, mmu::AccessType::Fetch};
    access.user = true;
    return mmu::walk(tables, context, access);
}

seg::SegmentRegister segment(u16 selector, u64 descriptor) {
    return seg::loaded_segment(seg::Selector{selector}, seg::SegmentDescriptor{descriptor});
}

Cpu sample_cpu() {
    Cpu cpu;
    cpu.gpr = {0, 0x0000059c, 0x00001770, 3, 0xc7f81f3c, 0xc7f81f70, 0x08051000, 0xc7e41100};
    cpu.rip = 0xc0102f3a;
    cpu.rflags = 0x246;
    cpu.cr0 = cr0::PG | cr0::WP | cr0::PE | cr0::ET;
    cpu.cr2 = 0x08051000;
    cpu.cr3 = cr3;
    cpu.segments.protection = true;
    cpu.segments.cpl = Ring::R0;
    cpu.segments[seg::SegmentName::CS] = segment(0x10, 0x00cf9b000000ffff);
    cpu.segments[seg::SegmentName::SS] = segment(0x18, 0x00cf93000000ffff);
    for (auto const name : {seg::SegmentName::DS, seg::SegmentName::ES}) {
        cpu.segments[name] = segment(0x2b, 0x00cff3000000ffff);
    }
    cpu.segments.tr = segment(0x30, 0xc0108b00a0000067);
    cpu.segments.gdtr = {0xc0109000, 0x3f};
    cpu.segments.idtr = {0xc0108000, 0x7ff};
    return cpu;
}

// An access of the sample's next instruction, with what paging says to it.
Explanation access(seg::SegmentName name, u64 offset, u32 size, seg::SegmentAccessType type,
                   mmu::Lookup const& lookup) {
    Cpu const cpu = sample_cpu();
    Explanation explained;
    explained.segment = seg::access(cpu.segments, cpu.rflags, name, offset, size, type);
    explained.lookup = lookup;
    explained.tlb_hit = !lookup.walk;
    return explained;
}

mmu::Lookup hit(u64 linear, u64 physical) {
    return {{LinearAddress{linear}}, mmu::Translation{PhysicalAddress{physical}}};
}

std::vector<Explanation> sample_accesses() {
    using seg::SegmentName;
    using enum seg::SegmentAccessType;
    return {access(SegmentName::CS, 0xc0102f3a, 2, Fetch, hit(0xc0102f3a, 0x102f3a)),
            access(SegmentName::DS, 0x08051000, 4, Read, mmu::Lookup{faulting_walk()}),
            access(SegmentName::ES, 0xc7e41100, 4, Write, hit(0xc7e41100, 0x121100))};
}

view::CodeLine source(u32 line, char const* text) {
    view::CodeLine code;
    code.kind = view::CodeKind::Source;
    code.ring = 0;
    code.line = line;
    code.text = text;
    return code;
}

view::CodeLine instruction(u8 ring, u64 address, char const* text, char const* note = "") {
    view::CodeLine code;
    code.ring = ring;
    code.address = address;
    code.text = text;
    code.note = note;
    return code;
}

std::vector<view::CodeLine> sample_code() {
    std::vector<view::CodeLine> code;
    view::CodeLine user;
    user.kind = view::CodeKind::Function;
    user.text = "write";
    user.note = "samples/libc/syscalls.S";
    code.push_back(user);
    code.push_back(instruction(3, 0x08048129, "mov eax, 4"));
    code.push_back(instruction(3, 0x0804812e, "int 0x80"));
    code.back().outer = true;
    view::CodeLine crossing;
    crossing.kind = view::CodeKind::Crossing;
    crossing.ring = 0;
    crossing.text = "int 0x80: ring 3 -> 0, stack from the TSS";
    code.push_back(crossing);
    view::CodeLine function;
    function.kind = view::CodeKind::Function;
    function.ring = 0;
    function.text = "copy_user";
    function.note = "kernel_stub/mm/uaccess.c";
    code.push_back(function);
    code.push_back(source(86, "static unsigned copy_user(void *to, const void *from, unsigned n)"));
    code.push_back(instruction(0, 0xc0102f31, "mov ecx, 0x5dc"));
    code.push_back(source(88, "    rep_movs(to, from, n);"));
    code.push_back(instruction(0, 0xc0102f3a, "rep movsd dword ptr es:[edi], dword ptr [esi]"));
    code.back().now = true;
    code.push_back(instruction(0, 0xc0102f3c, "call 0xc0103010", "fixup"));
    return code;
}

view::EventView event(u64 index, u64 age, trace::Body body) {
    view::EventView result;
    result.index = index;
    result.age = age;
    result.event.body = std::move(body);
    result.event.cr3 = cr3;
    return result;
}

view::StoryEntry entry(u64 index, u8 cpl, char const* word, char const* key,
                       char const* sentence = "") {
    view::StoryEntry result;
    result.index = index;
    result.cpl = cpl;
    result.word = word;
    result.key = key;
    result.sentence = sentence;
    result.bad = std::string{word}.find('!') != std::string::npos;
    return result;
}

std::vector<view::StoryEntry> sample_story() {
    return {entry(38, 3, "GATE 80", "sys1/write/entry", "int 0x80 enters the kernel."),
            entry(39, 0, "write", "sys1/write"),
            entry(40, 0, "ACCESS_OK", "sys1/write/access_ok"),
            entry(41, 0, "WALK!", "sys1/write/copy/p2/walk",
                  "Supervisor read of 0x8051000: the pt entry is not present, so page fault."),
            entry(42, 0, "#PF", "sys1/write/copy/p2/fault"),
            entry(43, 0, "GATE 0E", "sys1/write/copy/p2/fault/entry"),
            entry(44, 0, "COPY 6000", "sys1/write/copy"),
            entry(45, 0, "= 6000", "sys1/write/ret"),
            entry(46, 3, "EXIT", "sys2/exit")};
}

mmu::MappedRange range(u64 start, u64 pages, u64 physical, bool user, bool writable, bool dirty) {
    mmu::MappedRange result;
    result.start = LinearAddress{start};
    result.size = pages * page_size_4k;
    result.physical = PhysicalAddress{physical};
    result.user = user;
    result.writable = writable;
    result.accessed = true;
    result.dirty = dirty;
    return result;
}

} // namespace

trace::Gate sample_gate() {
    trace::Gate gate;
    gate.vec = 0x80;
    gate.source = trace::GateSource::Int;
    gate.gate = 0xc010ef0000101000;
    gate.from = {0x23, 0x0804812e, 0x2b, 0xbffff6a0, 3};
    gate.to = {0x10, 0xc0101000, 0x18, 0xc7f81fec, 0};
    gate.pushed = {0x2b, 0xbffff6a0, 0x202, 0x23, 0x08048130};
    gate.stack_switched = true;
    for (Rule const* rule :
         {&seg::rules::idt_limit, &seg::rules::gate_type, &seg::rules::gate_dpl,
          &seg::rules::gate_present, &seg::rules::code_type, &seg::rules::code_inner,
          &seg::rules::code_present, &seg::rules::tss_limit, &seg::rules::stack_rpl}) {
        gate.checks.push_back({rule, true});
    }
    return gate;
}

view::MachineView sample_view() {
    view::MachineView view;
    view.program = "pages";
    view.kernel = "3g1g";
    view.process = "pid 1 pages";
    view.event = 41;
    view.events = 88;
    view.insn = 4817;
    view.tick = 4820;
    view.cpu = sample_cpu();
    view.code = sample_code();
    view.now = event(41, 0, trace::Walk{faulting_walk()});
    view.walk = view.now;
    view.transfer = event(38, 3, sample_gate());
    view.accesses = sample_accesses();
    view.stack.name = "kernel stack";
    view.stack.pointer = 0xc7f81fe0;
    using view::StackOrigin;
    view.stack.words = {{0xc7f81fe0, 0xc010340c, StackOrigin::Return, "ret", "sys_write+0x41"},
                        {0xc7f81fe4, 0x0000002b, StackOrigin::Saved, "ds", ""},
                        {0xc7f81fe8, 4, StackOrigin::Saved, "error", ""},
                        {0xc7f81fec, 0x08048130, StackOrigin::Gate, "eip", "write+0x9"},
                        {0xc7f81ff0, 0x23, StackOrigin::Gate, "cs", "GDT[4] RPL 3"},
                        {0xc7f81ff4, 0x202, StackOrigin::Gate, "eflags", "IF"},
                        {0xc7f81ff8, 0xbffff6a0, StackOrigin::Gate, "esp", ""},
                        {0xc7f81ffc, 0x2b, StackOrigin::Gate, "ss", "GDT[5] RPL 3"}};
    view::AddressSpaceView space;
    space.cr3 = cr3;
    space.name = "user 24 KiB, kernel 64 MiB";
    space.ranges = {range(0x08048000, 1, 0x116000, true, false, false),
                    range(0x08050000, 1, 0x117000, true, true, true),
                    range(0x08052000, 1, 0x118000, true, true, true),
                    range(0xbffff000, 1, 0x12d000, true, true, true),
                    range(0xc0001000, 16383, 0x1000, false, true, true)};
    view.spaces = {space};
    view.vmas = {{0x08048000, 0x0804a000, 5, 0, "pages"},
                 {0x08050000, 0x08053000, 3, 0, "pages"},
                 {0xbfffe000, 0xc0000000, 3, 10, "[stack]"}};
    view.tlb = {{LinearAddress{0x08050000}, 4096, PhysicalAddress{0x117000}, 0, true, true},
                {LinearAddress{0xc0102000}, 4096, PhysicalAddress{0x102000}, 0, false, true}};
    view.story = sample_story();
    view.scenes = {{"sys1", "write(1, 0x8050f00, 6000)", 38, 45}, {"sys2", "exit(0)", 46, 87}};
    view.scene_counters.walks = 3;
    view.scene_counters.walk_reads = 6;
    view.scene_counters.failed_walks = 1;
    return view;
}

view::MachineView wide_view() {
    view::MachineView view = sample_view();
    view.cpu.segments.long_mode_active = true;
    view.cpu.segments[seg::SegmentName::CS] = segment(0x10, 0x00af9b000000ffff);
    for (auto const name : {seg::SegmentName::SS, seg::SegmentName::DS, seg::SegmentName::ES,
                            seg::SegmentName::FS, seg::SegmentName::GS}) {
        view.cpu.segments[name] = seg::null_segment(seg::Selector{0});
    }
    view.cpu.segments[seg::SegmentName::GS].base = 0xffffffff8012b000;
    view.now = event(41, 0, trace::Walk{refused_fetch()});
    view.walk = view.now;
    view.vmas.clear();
    view.spaces.front().ranges = {range(0x00400000, 1, 0x116000, true, false, false),
                                  range(0xfffffe0000000000, 1, 0x143000, false, false, false),
                                  range(0xffffffff80121000, 1, 0x121000, false, false, false)};
    return view;
}

view::MachineView sample_view_before() {
    view::MachineView view = sample_view();
    view.event = 40;
    view.cpu[Gpr::RSI] = 0x08050f00;
    view.cpu[Gpr::RCX] = 0x5dc;
    view.cpu.cr2 = 0;
    view.stack.pointer += 4;
    view.stack.words.erase(view.stack.words.begin());
    view.tlb.pop_back();
    return view;
}

} // namespace ringside::tests
