// The machine and its devices: what happens between instructions, and registers that lie in memory.
#include "core/machine.hpp"
#include "core/operand_accesses.hpp"
#include "core/unicorn/posture.hpp"

namespace ringside {

// Before an instruction: what devices have to do now, then an interrupt if one can be taken, then a
// sleep. True if that was this step.
bool Machine::serve_devices() {
    Bus& bus = board_.bus();
    if (bus.next_event() <= device_time()) {
        bus.advance(device_time());
        if (auto const transfer = board_.dma().take_transfer()) {
            tell(trace::Dma{.pa = transfer->first.value(), .n = transfer->size});
            after_model_writes();
            ++ticks_;
            return true;
        }
    }
    bool const takes_interrupts = (cpu_.rflags & rflags::IF) != 0 && !cpu_.interrupt_shadow;
    if (takes_interrupts && board_.interrupts().interrupt_requested()) {
        take_interrupt();
        return true;
    }
    if (!cpu_.halted) {
        return false;
    }
    if (!can_wake()) {
        finish_halted();
        return true;
    }
    slept_ += bus.next_event() - device_time();
    ++ticks_;
    return true;
}

// The controller is asked for the vector once; what goes wrong later does not bring it back.
void Machine::take_interrupt() {
    InterruptControllers::Acknowledged const interrupt = board_.interrupts().acknowledge();
    tell(trace::Irq{.line = interrupt.line});
    deliver(
        {.vector = interrupt.vector, .source = seg::InterruptSource::External, .error_code = {}},
        cpu_.rip);
}

// Out of HLT.
bool Machine::can_wake() const {
    return (cpu_.rflags & rflags::IF) != 0 &&
           (board_.interrupts().interrupt_requested() || board_.can_interrupt());
}

bool Machine::is_device(PhysicalAddress address) const {
    return !ram_.backs(address) && board_.bus().claims(address);
}

u64 Machine::read_physical(PhysicalAddress address, unsigned size) {
    return is_device(address) ? board_.bus().read(address, size, device_time())
                              : ram_.read(address, size);
}

void Machine::write_physical(PhysicalAddress address, unsigned size, u64 value) {
    if (is_device(address)) {
        board_.bus().write(address, size, value, device_time());
    } else {
        ram_.write(address, size, value);
    }
}

// The engine reaches for a page of a device. It gets it for one step, and only when what the device
// says lies there; to be executed it is a page of ones.
MissAnswer Machine::on_device_miss(LinearAddress page, PhysicalAddress frame,
                                   mmu::AccessType access) {
    if (!is_stepping_) {
        return MissAnswer::Stop;
    }
    if (!shows_devices_) {
        reaches_device_ = true;
        return MissAnswer::Stop;
    }
    pages_for_one_step_.push_back(page);
    engine_.grant(unicorn::class_of(cpu_), page, frame, access);
    return MissAnswer::Resume;
}

// All that the next step of the instruction will touch is translated before a device hears of it,
// so that each access is made once.
Result<std::vector<Machine::DeviceAccess>, Fault>
Machine::device_accesses(Instruction const& instruction) {
    std::vector<DeviceAccess> found;
    for (OperandAccess const& operand : operand_accesses(instruction, cpu_)) {
        bool const writes = operand.type == seg::SegmentAccessType::Write;
        seg::SegmentAccess const segment = seg::access(cpu_.segments, cpu_.rflags, operand.segment,
                                                       operand.offset, operand.size, operand.type);
        if (!segment.outcome) {
            return segment.outcome.error();
        }
        auto const pieces = translate_operand(operand, segment.outcome.value());
        if (!pieces) {
            return pieces.error();
        }
        for (OperandPiece const& piece : pieces.value()) {
            if (is_device(piece.address)) {
                found.push_back({.address = piece.address,
                                 .size = piece.size,
                                 .reads = operand.reads,
                                 .writes = writes});
            }
        }
    }
    return found;
}

// One step of an instruction with registers of devices among its operands: what is read is laid on
// the devices' pages, the engine makes the step, what it wrote there is taken to the devices.
EngineExit Machine::step_on_devices(std::vector<DeviceAccess> const& accesses) {
    for (DeviceAccess const& access : accesses) {
        std::span<u8> const shown = ram_.device_bytes(access.address, access.size);
        for (u32 done = 0; access.reads && done < access.size;) {
            u32 const piece = std::min<u32>(access.size - done, 8);
            u64 const value = read_physical(access.address + done, piece);
            std::memcpy(shown.data() + done, &value, piece);
            done += piece;
        }
    }
    shows_devices_ = true;
    EngineExit const exit = step_engine();
    shows_devices_ = false;
    for (DeviceAccess const& access : accesses) {
        std::span<u8> const shown = ram_.device_bytes(access.address, access.size);
        bool const is_made = access.writes && exit.kind == ExitKind::Stepped;
        for (u32 done = 0; is_made && done < access.size;) {
            u32 const piece = std::min<u32>(access.size - done, 8);
            u64 value = 0;
            std::memcpy(&value, shown.data() + done, piece);
            write_physical(access.address + done, piece, value);
            done += piece;
        }
        std::ranges::fill(shown, u8{0xff});
    }
    after_model_writes();
    return exit;
}

} // namespace ringside
