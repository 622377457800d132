#include <unicorn/unicorn.h>

#include <cstdio>
#include <cstdlib>

#include "bench/runners.hpp"

namespace ringside::bench {
namespace {

void require(uc_err error, char const* what) {
    if (error != UC_ERR_OK) {
        std::fprintf(stderr, "bare Unicorn: %s: %s\n", what, uc_strerror(error));
        std::exit(125);
    }
}

class BareRunner final : public Runner {
public:
    explicit BareRunner(Loop const& loop)
        : loop_{loop} {
        require(uc_open(UC_ARCH_X86, UC_MODE_32, &engine_), "uc_open");
        for (u32 page : {code_address, data_address, stack_address}) {
            require(uc_mem_map(engine_, page, 0x1000, UC_PROT_ALL), "uc_mem_map");
        }
        require(uc_mem_write(engine_, code_address, loop.code.data(), loop.code.size()),
                "uc_mem_write");
        set(UC_X86_REG_EDI, data_address);
        set(UC_X86_REG_ESP, stack_top);
        set(UC_X86_REG_EBX, 1);
    }
    BareRunner(BareRunner const&) = delete;
    BareRunner(BareRunner&&) = delete;
    BareRunner& operator=(BareRunner const&) = delete;
    BareRunner& operator=(BareRunner&&) = delete;
    ~BareRunner() override { uc_close(engine_); }

    void turn(u32 turns) override {
        set(UC_X86_REG_ECX, turns);
        require(uc_emu_start(engine_, code_address, code_address + loop_.end, 0, 0),
                "uc_emu_start");
    }
    u32 result() override {
        u32 value = 0;
        require(uc_reg_read(engine_, UC_X86_REG_EBX, &value), "uc_reg_read");
        return value;
    }

private:
    void set(int name, u32 value) { require(uc_reg_write(engine_, name, &value), "uc_reg_write"); }

    Loop const& loop_;
    uc_engine* engine_ = nullptr;
};

} // namespace

std::unique_ptr<Runner> bare_runner(Loop const& loop) {
    return std::make_unique<BareRunner>(loop);
}

} // namespace ringside::bench
