// How the machine goes on: many instructions in the engine, or one.
#include "core/decoder/decode.hpp"
#include "core/decoder/effective_address.hpp"
#include "core/decoder/sensitivity.hpp"
#include "core/instructions/rules.hpp"
#include "core/machine.hpp"
#include "core/unicorn/posture.hpp"

namespace ringside {

namespace {

using seg::SegmentName;

bool is_flat(seg::SegmentRegister const& segment, bool is_code) {
    return segment.usable && segment.base == 0 && segment.limit == 0xffffffff &&
           (is_code ? segment.descriptor.is_code() && segment.descriptor.readable()
                    : segment.descriptor.writable() && !segment.descriptor.expand_down());
}

} // namespace

// Where no check of an access can fail, the engine need not ask.
bool Machine::segments_are_flat() const {
    seg::SegmentState const& segments = cpu_.segments;
    if (segments.mode(cpu_.rflags) == seg::Mode::Long64) {
        return true; // limits and types of data segments are not looked at; canonical addresses are
    }
    return is_flat(segments[SegmentName::CS], true) && is_flat(segments[SegmentName::SS], false) &&
           is_flat(segments[SegmentName::DS], false) && is_flat(segments[SegmentName::ES], false);
}

void Machine::run_until_tick(u64 tick) {
    stop_ = {.tick = tick};
    while (!is_there()) {
        run(tick - ticks_);
    }
}

void Machine::run_until_insn(u64 insn) {
    stop_ = {.insn = insn};
    while (!is_there()) {
        run(insn - insns_);
    }
}

bool Machine::is_there() const {
    return ticks_ >= stop_.tick || insns_ >= stop_.insn || end_.has_value();
}

void Machine::run(u64 most_insns) {
    if (!segments_are_flat() || (cpu_.rflags & rflags::TF) != 0 || cpu_.interrupt_shadow) {
        step();
        return;
    }
    engine_.load(cpu_);
    in_engine_ = true;
    engine_ip_ = cpu_.rip;
    EngineExit const exit = engine_.run(most_insns, *this);
    in_engine_ = false;
    u64 const retired = engine_.retired();
    engine_.store(cpu_);
    insns_ += retired;
    ticks_ += retired;
    if (retired > 0) {
        cpu_.rflags &= ~rflags::RF;
    }
    finish_exit(exit);
}

void Machine::finish_exit(EngineExit const& exit) {
    if (writes_nowhere_) { // the page of ones was written to
        writes_nowhere_ = false;
        ram_.repair_unbacked_page();
        engine_.drop_all();
    }
    for (PhysicalAddress const frame : std::exchange(granted_for_one_step_, {})) {
        engine_.drop_frame(frame);
    }
    switch (exit.kind) {
    case ExitKind::BudgetSpent:
        if (engine_.retired() == 0) { // the next block alone is too long
            step();
        }
        return;
    case ExitKind::Stepped:
        return;
    case ExitKind::Miss:
        if (!pending_fault_) {
            step();
            return;
        }
        deliver_fault(*std::exchange(pending_fault_, std::nullopt));
        return;
    case ExitKind::FetchAhead:
        step_over_page_end(exit);
        return;
    case ExitKind::Untranslatable:
        mark_step_only(exit.ip);
        step();
        return;
    case ExitKind::SoftwareInterrupt: {
        u64 const next = cpu_.rip;
        cpu_.rip = exit.ip;
        deliver_software_interrupt(exit.vector, next);
        return;
    }
    case ExitKind::Trap:
    case ExitKind::InvalidOpcode:
    case ExitKind::Leak:
        break;
    }
    Instruction const instruction = decode_here(exit.ip);
    if (is_sensitive(instruction)) {
        execute_by_model(instruction);
        return;
    }
    u8 const vector = exit.kind == ExitKind::Trap ? exit.vector : u8{6};
    deliver_fault({.vector = static_cast<ExceptionVector>(vector),
                   .error_code = 0,
                   .rule = vector == 6    ? &rules::opcode_defined
                           : vector == 13 ? &rules::core_refused
                                          : nullptr});
}

// A block reaches into a page that must not be touched before the guest gets there: one instruction
// at a time.
void Machine::step_over_page_end(EngineExit const& exit) {
    u64 const first_page = LinearAddress{exit.ip}.page().value();
    u64 before = 0;
    do {
        before = cpu_.rip;
        step();
    } while (!is_there() && cpu_.rip > before &&
             LinearAddress{cpu_.rip}.page().value() == first_page);
}

// The instruction at CS:IP, fetched as the processor does: limit, then the page of its first byte,
// then as many more bytes as it has.
Result<Instruction, Fault> Machine::fetch() {
    CodeSize const size = unicorn::code_size_of(cpu_);
    std::array<u8, longest_instruction> bytes{};
    std::size_t have = 0;
    Instruction instruction{};
    do {
        seg::SegmentAccess const access =
            seg::access(cpu_.segments, cpu_.rflags, SegmentName::CS, cpu_.rip + have, 1,
                        seg::SegmentAccessType::Fetch);
        if (!access.outcome) {
            return access.outcome.error();
        }
        LinearAddress const at = access.outcome.value();
        auto const physical = translate({.address = at,
                                         .type = mmu::AccessType::Fetch,
                                         .user = cpu_.cpl() == Ring::R3,
                                         .implicit = false});
        if (!physical) {
            return physical.error();
        }
        std::size_t const in_page =
            std::min<std::size_t>(page_size_4k - at.page_offset(), longest_instruction - have);
        for (std::size_t i = 0; i < in_page; ++i) {
            bytes[have++] = static_cast<u8>(ram_.read(physical.value() + i, 1));
        }
        instruction = decode(std::span{bytes}.first(have), size);
    } while (instruction.operation == Operation::Truncated && have < longest_instruction);
    seg::SegmentAccess const whole =
        seg::access(cpu_.segments, cpu_.rflags, SegmentName::CS, cpu_.rip,
                    std::max<u32>(instruction.length, 1), seg::SegmentAccessType::Fetch);
    if (!whole.outcome) {
        return whole.outcome.error();
    }
    return instruction;
}

// Of an instruction that the engine has come to: its bytes are there.
Instruction Machine::decode_here(u64 ip) const {
    u64 const base = cpu_.segments[SegmentName::CS].base;
    std::vector<u8> const bytes = peek(LinearAddress{base + ip}, longest_instruction);
    return decode(bytes, unicorn::code_size_of(cpu_));
}

void Machine::step() {
    if (end_) {
        return;
    }
    bool const traps_after = (cpu_.rflags & rflags::TF) != 0;
    u64 const insns_before = insns_;
    auto const fetched = fetch();
    if (!fetched) {
        deliver_fault(fetched.error());
        return;
    }
    Instruction const& instruction = fetched.value();
    bool const is_int = instruction.operation == Operation::Int ||
                        instruction.operation == Operation::Int3 ||
                        instruction.operation == Operation::Into;
    if (is_sensitive(instruction) && !is_int) {
        execute_by_model(instruction);
    } else {
        step_in_engine(instruction);
    }
    if (traps_after && insns_ != insns_before && !end_ && (cpu_.rflags & rflags::TF) != 0) {
        cpu_.dr[6] |= u64{1} << 14U; // BS
        deliver_fault({.vector = ExceptionVector::DB});
    }
}

// Limits and types of every operand, before the engine touches any.
std::optional<Fault> Machine::check_operands(Instruction const& instruction) {
    if (segments_are_flat() && instruction.memory.segment != sreg::FS &&
        instruction.memory.segment != sreg::GS) {
        return std::nullopt;
    }
    auto const ask = [&](SegmentName name, u64 offset, u32 size,
                         seg::SegmentAccessType type) -> std::optional<Fault> {
        seg::SegmentAccess const access =
            seg::access(cpu_.segments, cpu_.rflags, name, offset, std::max<u32>(size, 1), type);
        if (access.outcome) {
            return std::nullopt;
        }
        Fault const& fault = access.outcome.error();
        tell(trace::SegFault{.reg = name,
                             .offset = offset,
                             .size = size,
                             .acc = type == seg::SegmentAccessType::Write ? 'w' : 'r',
                             .rule = fault.rule,
                             .vec = static_cast<u8>(fault.vector),
                             .err = fault.error_code});
        return fault;
    };
    using enum seg::SegmentAccessType;
    u64 const next_ip = cpu_.rip + instruction.length;
    auto const source_segment = static_cast<SegmentName>(instruction.memory.segment);
    u64 const stack_mask =
        cpu_.segments[SegmentName::SS].descriptor.default_big() ? 0xffffffff : 0xffff;
    u64 const sp = cpu_[Gpr::RSP] & stack_mask;
    std::optional<Fault> fault;
    MemoryOperand const& memory = instruction.memory;
    if (!fault && memory.present && (memory.read || memory.write)) {
        fault = ask(source_segment, effective_address(instruction, cpu_.gpr, next_ip), memory.size,
                    memory.write ? Write : Read);
    }
    bool const has_elements =
        !repeats(instruction) ||
        cpu_[Gpr::RCX] % (u64{1} << (8U * std::min<u8>(instruction.address_size, 4))) != 0;
    if (!fault && has_elements && instruction.string_reads_source) {
        fault = ask(source_segment, string_source(instruction, cpu_.gpr), instruction.operand_size,
                    Read);
    }
    if (!fault && has_elements &&
        (instruction.string_reads_destination || instruction.string_writes_destination)) {
        fault = ask(SegmentName::ES, string_destination(instruction, cpu_.gpr),
                    instruction.operand_size, instruction.string_writes_destination ? Write : Read);
    }
    if (!fault && instruction.reads_stack && !instruction.writes_stack) {
        fault = ask(SegmentName::SS, sp, instruction.operand_size, Read);
    }
    if (!fault && instruction.writes_stack) {
        fault = ask(SegmentName::SS, (sp - instruction.operand_size) & stack_mask,
                    instruction.operand_size, Write);
    }
    return fault;
}

// One instruction; a repeated one until it is over or faults.
void Machine::step_in_engine(Instruction const& instruction) {
    u64 const start = cpu_.rip;
    while (true) {
        if (auto const fault = check_operands(instruction)) {
            deliver_fault(*fault);
            return;
        }
        engine_.load(cpu_);
        in_engine_ = is_stepping_ = true;
        engine_ip_ = start;
        EngineExit const exit = engine_.step(*this);
        in_engine_ = is_stepping_ = false;
        engine_.store(cpu_);
        if (exit.kind != ExitKind::Stepped) {
            finish_exit(exit);
            return;
        }
        finish_exit(exit);
        if (!repeats(instruction) || cpu_.rip != start) {
            retire();
            return;
        }
    }
}

void Machine::retire() {
    ++insns_;
    ++ticks_;
    cpu_.rflags &= ~rflags::RF;
    cpu_.interrupt_shadow = false;
}

// Code that the models changed must not be run from old translations.
void Machine::after_model_writes() {
    for (u64 const frame : ram_.take_changed_code()) {
        engine_.drop_frame(PhysicalAddress{frame});
    }
}

} // namespace ringside
