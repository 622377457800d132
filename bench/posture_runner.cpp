// Unicorn in the posture in which our engine runs it, and nothing else of ours: the 64-bit engine
// running compatibility code, privilege level 3, hidden page tables over an aliased window, but
// without a hook and without counting. What is left between it and the engine is the price of
// counting; what is left between it and bare Unicorn is what the posture costs or saves.
#include "core/unicorn/backend.hpp"
#include "core/unicorn/context.hpp"
#include "core/unicorn/hidden_tables.hpp"
#include "core/unicorn/posture.hpp"

#include <cstdio>
#include <cstdlib>

#include "bench/runners.hpp"

namespace ringside::bench {
namespace {

constexpr u64 ram_size = u64{1} << 20U;

struct Opened {
    Opened() {
        static_cast<void>(unicorn::Layout::calibrated());
        unicorn::require(uc_open(UC_ARCH_X86, UC_MODE_64, &engine), "uc_open");
    }
    Opened(Opened const&) = delete;
    Opened(Opened&&) = delete;
    Opened& operator=(Opened const&) = delete;
    Opened& operator=(Opened&&) = delete;
    ~Opened() { uc_close(engine); }
    uc_engine* engine = nullptr;
};

class PostureRunner final : public Runner {
public:
    explicit PostureRunner(Loop const& loop)
        : loop_{loop}
        , ram_{ram_size}
        , context_{opened_.engine}
        , tables_{opened_.engine}
        , backend_{unicorn::Backend::make(opened_.engine, ram_)} {
        unicorn::dress_once(context_);
        ram_.write_bytes(PhysicalAddress{0x1000}, loop.code);
        show(code_address, 0x1000, unicorn::pte::U);
        show(data_address, 0x2000, unicorn::pte::U | data_rights);
        show(stack_address, 0x3000, unicorn::pte::U | data_rights);
        cpu_ = user_cpu();
    }

    void turn(u32 turns) override {
        cpu_.rip = code_address;
        cpu_[Gpr::RCX] = turns;
        unicorn::dress(context_, cpu_, tables_.root(PrivilegeClass::User));
        context_.restore();
        unicorn::require(uc_emu_start(opened_.engine, code_address, code_address + loop_.end, 0, 0),
                         "uc_emu_start");
        context_.save();
        cpu_.gpr = context_.core().gpr;
    }
    u32 result() override { return static_cast<u32>(cpu_[Gpr::RBX]); }

private:
    static constexpr u64 data_rights = unicorn::pte::W | unicorn::pte::D | unicorn::pte::NX;

    void show(u64 page, u64 frame, u64 rights) {
        LinearAddress const linear{page};
        PhysicalAddress const physical{frame};
        *tables_.make(tables_.root(PrivilegeClass::User), linear) =
            backend_->frame_bits(linear, physical) | unicorn::pte::P | unicorn::pte::A | rights;
        backend_->place(linear, physical);
    }

    Loop const& loop_;
    Ram ram_;
    Opened opened_;
    unicorn::Context context_;
    unicorn::HiddenTables tables_;
    std::unique_ptr<unicorn::Backend> backend_;
    Cpu cpu_{};
};

} // namespace

std::unique_ptr<Runner> posture_runner(Loop const& loop) {
    return std::make_unique<PostureRunner>(loop);
}

} // namespace ringside::bench
