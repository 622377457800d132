#include "core/vectors/segmentation_vectors.hpp"

#include "core/host_error.hpp"
#include "core/vectors/harness.hpp"
#include "core/vectors/segmentation_world.hpp"
#include "core/x86/rflags.hpp"
#include "seg/far_transfer.hpp"
#include "seg/interrupt_return.hpp"
#include "seg/segment_access.hpp"
#include "seg/segment_load.hpp"

#include <algorithm>
#include <array>

namespace ringside::vectors {

namespace {

using namespace seg;
using harness::ring0_stack_top;

// LAR ecx,ebx; LSL edx,ebx; VERR bx; SETE al; VERW bx; SETE ah; then MOV sreg,bx and the access.
constexpr std::array<u8, 18> queries{0x0f, 0x02, 0xcb, 0x0f, 0x03, 0xd3, 0x0f, 0x00, 0xe3,
                                     0x0f, 0x94, 0xc0, 0x0f, 0x00, 0xeb, 0x0f, 0x94, 0xc4};
constexpr u64 load_offset = queries.size();
constexpr u64 access_offset = load_offset + 2;
constexpr u32 zf_clear = 0xfffffff0; // what the stub's registers hold when LAR and LSL set nothing

class SegmentationReplay {
public:
    explicit SegmentationReplay(VectorCase const& vector)
        : vector_{vector}
        , world_{start_world(vector)}
        , stub_{world_.control.ip} {
        model_.ok = true; // until something is refused
    }

    Verdict run() {
        if (vector_.kind == "xfer") {
            transfer();
        } else {
            query();
            load_and_access();
        }
        Verdict verdict = compare();
        verdict.checks = std::move(checks_);
        return verdict;
    }

private:
    void query();
    void load_and_access();
    void access_memory(SegmentName name);
    void transfer();
    template <class Record>
    void arrive(Record const& record);
    void refused(Fault const& fault, u64 ip);
    void note(CheckList const& checks) {
        checks_.insert(checks_.end(), checks.begin(), checks.end());
    }
    [[nodiscard]] Verdict compare() const;
    void compare_memory(Comparison& comparison) const;
    [[nodiscard]] u64 recorded(MemoryWord const& before) const;

    [[nodiscard]] Privilege privilege() const {
        return world_.state.cpl == Ring::R3 ? Privilege::User : Privilege::Supervisor;
    }
    [[nodiscard]] SegmentName named_register() const {
        static constexpr std::array<std::string_view, 6> names{"ES", "CS", "SS", "DS", "FS", "GS"};
        auto const* const found = std::ranges::find(names, vector_.segment_register);
        return static_cast<SegmentName>(found - names.begin());
    }

    VectorCase const& vector_;
    SegmentationWorld world_;
    u64 stub_;
    Outcome model_;
    std::string rule_ = "no rule refused";
    std::vector<Check> checks_;
};

void SegmentationReplay::query() {
    Selector const selector{*vector_.selector};
    auto const ask = [&](SelectorQuestion question) {
        return query_selector(world_.state, world_.memory, question, selector);
    };
    SelectorQuery const rights = ask(SelectorQuestion::LAR);
    SelectorQuery const limit = ask(SelectorQuestion::LSL);
    model_.lar = rights.valid ? rights.access_rights : zf_clear;
    model_.lsl = limit.valid ? limit.limit : zf_clear;
    model_.verr = ask(SelectorQuestion::VERR).valid;
    model_.verw = ask(SelectorQuestion::VERW).valid;
}

void SegmentationReplay::load_and_access() {
    if (vector_.code.size() < queries.size() ||
        !std::equal(queries.begin(), queries.end(), vector_.code.begin())) {
        throw HostError{vector_.where + ": code is not the stub of a segment load"};
    }
    SegmentName const name = named_register();
    SegmentLoad const load = load_segment(world_.state, world_.memory, vector_.eflags, name,
                                          Selector{*vector_.selector});
    note(load.checks);
    commit(load.writes, world_.memory);
    if (!load.outcome) {
        refused(load.outcome.error(), stub_ + load_offset);
        return;
    }
    world_.state[name] = load.outcome.value();
    if (vector_.acc != "load") {
        access_memory(name);
    }
}

void SegmentationReplay::access_memory(SegmentName name) {
    bool const write = vector_.acc[0] == 'w';
    auto const size = static_cast<unsigned>(vector_.acc[1] - '0');
    SegmentAccess const record = access(world_.state, vector_.eflags, name, *vector_.offset, size,
                                        write ? SegmentAccessType::Write : SegmentAccessType::Read);
    note(record.checks);
    u64 const ip = stub_ + access_offset;
    if (!record.outcome) {
        refused(record.outcome.error(), ip);
        return;
    }
    LinearAddress const linear = record.outcome.value();
    if (write) {
        if (auto const probed = world_.memory.probe_write(linear, size, privilege()); !probed) {
            refused(probed.error(), ip);
        }
    } else if (auto const read = world_.memory.read(linear, size, privilege()); !read) {
        refused(read.error(), ip);
    }
}

void SegmentationReplay::transfer() {
    // The opcode; a far JMP and CALL carry offset32:selector16 after it. UD2 ends the stub.
    std::vector<u8> const& code = vector_.code;
    bool const with_pointer = vector_.acc == "jmpf" || vector_.acc == "callf";
    std::size_t const length = with_pointer ? 7 : 1;
    u8 const opcode = vector_.acc == "jmpf"    ? 0xea
                      : vector_.acc == "callf" ? 0x9a
                      : vector_.acc == "retf"  ? 0xcb
                                               : 0xcf;
    if (code.size() != length + 2 || code[0] != opcode) {
        throw HostError{vector_.where + ": code is not the stub of a far transfer"};
    }
    ControlState from = world_.control;
    from.ip += length;
    u64 pointer = 0;
    for (std::size_t index = length; index-- > 1;) {
        pointer = pointer << 8U | code[index];
    }
    Selector const selector{static_cast<u16>(pointer >> 32U)};
    u64 const offset = pointer & low_mask(32);
    SegmentState const& state = world_.state;
    if (opcode == 0xea) {
        arrive(far_jump(state, world_.memory, from, selector, offset, 4));
    } else if (opcode == 0x9a) {
        arrive(far_call(state, world_.memory, from, selector, offset, 4));
    } else if (opcode == 0xcb) {
        arrive(far_return(state, world_.memory, from, 4, 0));
    } else {
        arrive(interrupt_return(state, world_.memory, from, 4));
    }
}

// Commits the transfer and fetches the first instruction at its target.
template <class Record>
void SegmentationReplay::arrive(Record const& record) {
    note(record.checks);
    commit(record.writes, world_.memory);
    if (!record.outcome) {
        refused(record.outcome.error(), stub_);
        return;
    }
    ControlState const& next = record.outcome.value();
    apply(next, world_.state);
    world_.control = next;
    SegmentAccess const fetch =
        access(world_.state, next.rflags, SegmentName::CS, next.ip, 1, SegmentAccessType::Fetch);
    note(fetch.checks);
    if (!fetch.outcome) {
        refused(fetch.outcome.error(), next.ip);
    } else if (auto const byte = world_.memory.read(fetch.outcome.value(), 1, privilege()); !byte) {
        refused(byte.error(), next.ip);
    }
}

// The exception as its frame would show it.
void SegmentationReplay::refused(Fault const& fault, u64 ip) {
    model_.ok = false;
    model_.vector = static_cast<u8>(fault.vector);
    model_.error_code = fault.error_code;
    if (fault.vector == ExceptionVector::PF) {
        model_.cr2 = fault.address.value();
    }
    model_.ip = ip;
    model_.cs = world_.control.cs.selector.raw;
    if (fault.rule != nullptr) {
        rule_ = std::string{fault.rule->id};
    }
    if (vector_.kind == "xfer") {
        model_.flags = world_.control.rflags & ~rflags::RF;
        if ((model_.cs & 3U) != 0) {
            model_.sp = world_.control.sp;
            model_.ss = world_.control.ss.selector.raw;
        }
    }
}

Verdict SegmentationReplay::compare() const {
    Outcome const& real = vector_.out;
    Comparison comparison;
    if (vector_.kind != "xfer") {
        constexpr u64 undefined_rights = 0xf0000; // LAR bits 19:16
        comparison.equal("LAR", real.lar.value_or(zf_clear) & ~undefined_rights,
                         *model_.lar & ~undefined_rights);
        comparison.equal("LSL", real.lsl, model_.lsl);
        comparison.equal("VERR", static_cast<u64>(real.verr.value_or(false)),
                         static_cast<u64>(*model_.verr));
        comparison.equal("VERW", static_cast<u64>(real.verw.value_or(false)),
                         static_cast<u64>(*model_.verw));
    }
    comparison.equal("outcome", std::string{real.ok ? "ok" : "fault"},
                     std::string{model_.ok ? "ok" : "fault"});
    comparison.equal("vector", u64{real.vector}, u64{model_.vector});
    comparison.equal("error code", u64{real.error_code}, u64{model_.error_code});
    comparison.equal("CR2", real.cr2, model_.cr2);
    comparison.equal("CS", u64{real.cs}, u64{model_.cs});
    comparison.equal("IP", real.ip, model_.ip);
    comparison.equal("FLAGS", real.flags, model_.flags);
    comparison.equal("SS", real.ss, model_.ss);
    comparison.equal("SP", real.sp, model_.sp);
    if (vector_.kind != "segu") { // what ran natively could not look at its tables
        compare_memory(comparison);
    }
    return comparison.verdict(rule_);
}

void SegmentationReplay::compare_memory(Comparison& comparison) const {
    for (MemoryWord const& before : vector_.memory) {
        auto const changed =
            std::ranges::find(vector_.out.after, before.address, &MemoryWord::address);
        bool const listed = changed != vector_.out.after.end();
        comparison.equal("word at " + hex(before.address.value()) + " after",
                         listed ? changed->value : before.value, recorded(before));
    }
}

// The word as the record has it. The exception that ended the case was itself delivered on the
// stack of ring 0; what it pushed over is left out of the record, in whole doublewords.
u64 SegmentationReplay::recorded(MemoryWord const& before) const {
    u64 const now = world_.memory.word(before.address);
    if (before.role != "stack" || before.address.value() >= ring0_stack_top) {
        return now;
    }
    bool const ring0 = (model_.cs & 3U) == 0;
    u64 const end = ring0 ? (world_.control.sp + 3) & ~u64{3} : ring0_stack_top;
    u64 const first = before.address.value();
    u64 const lost = end > first ? std::min<u64>(end - first, 8) : 0;
    u64 const mask = low_mask(static_cast<unsigned>(lost) * 8);
    return (before.value & mask) | (now & ~mask);
}

} // namespace

Verdict replay_segmentation(VectorCase const& vector) {
    return SegmentationReplay{vector}.run();
}

} // namespace ringside::vectors
