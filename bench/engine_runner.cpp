#include "core/engine.hpp"

#include <cstdio>
#include <cstdlib>

#include "bench/runners.hpp"

namespace ringside::bench {
namespace {

constexpr u64 ram_size = u64{1} << 20U;

// Three pages of a user, each in a frame of its own; whatever it asks there is granted.
class EngineRunner final : public Runner, private MissHandler {
public:
    EngineRunner(Loop const& loop, bool stepped)
        : loop_{loop}
        , stepped_{stepped}
        , ram_{ram_size}
        , engine_{ram_} {
        ram_.write_bytes(PhysicalAddress{frame_of(code_address)}, loop.code);
        cpu_ = user_cpu();
    }

    void turn(u32 turns) override {
        cpu_.rip = code_address;
        cpu_[Gpr::RCX] = turns;
        engine_.load(cpu_);
        u64 left = u64{turns} * loop_.instructions;
        while (left != 0) {
            EngineExit const exit = stepped_ ? engine_.step(*this) : engine_.run(left, *this);
            left -= stepped_ ? 1 : engine_.retired();
            if (exit.kind != ExitKind::BudgetSpent && exit.kind != ExitKind::Stepped) {
                std::fprintf(stderr, "engine: left the loop %s: exit %u at %llx\n", loop_.name,
                             static_cast<unsigned>(exit.kind),
                             static_cast<unsigned long long>(exit.ip));
                std::exit(125);
            }
        }
        engine_.store(cpu_);
    }
    u32 result() override { return static_cast<u32>(cpu_[Gpr::RBX]); }

private:
    static u64 frame_of(u64 address) {
        return address == code_address ? 0x1000 : address == data_address ? 0x2000 : 0x3000;
    }
    MissAnswer on_miss(LinearAddress address, mmu::AccessType access, u64 /*ip*/) override {
        u64 const page = address.value() & ~u64{0xfff};
        if (page != code_address && page != data_address && page != stack_address) {
            return MissAnswer::Stop;
        }
        engine_.grant(PrivilegeClass::User, LinearAddress{page}, PhysicalAddress{frame_of(page)},
                      access);
        return MissAnswer::Resume;
    }
    bool on_fetch_ahead(LinearAddress /*address*/) override { return false; }

    Loop const& loop_;
    bool stepped_;
    Ram ram_;
    Cpu cpu_{};
    Engine engine_;
};

} // namespace

Cpu user_cpu() {
    using seg::SegmentName;
    Cpu cpu{};
    cpu.segments.cpl = Ring::R3;
    cpu.segments.protection = true;
    cpu.cr0 |= cr0::PE | cr0::PG | cr0::WP;
    for (SegmentName name : {SegmentName::ES, SegmentName::CS, SegmentName::SS, SegmentName::DS,
                             SegmentName::FS, SegmentName::GS}) {
        bool const code = name == SegmentName::CS;
        u64 const flat = code ? 0x00cffb000000ffff : 0x00cff3000000ffff;
        cpu.segments[name] = seg::loaded_segment(
            seg::Selector{static_cast<u16>(code ? 0x23 : 0x2b)}, seg::SegmentDescriptor{flat});
    }
    cpu[Gpr::RDI] = data_address;
    cpu[Gpr::RSP] = stack_top;
    cpu[Gpr::RBX] = 1;
    return cpu;
}

std::unique_ptr<Runner> counted_runner(Loop const& loop) {
    return std::make_unique<EngineRunner>(loop, false);
}

std::unique_ptr<Runner> stepped_runner(Loop const& loop) {
    return std::make_unique<EngineRunner>(loop, true);
}

} // namespace ringside::bench
