#include "core/unicorn/floating_point.hpp"

#include "core/unicorn/context.hpp"

#include <array>

namespace ringside::unicorn {

std::vector<u8> floating_point_state(uc_engine* engine) {
    std::vector<u8> state;
    auto const append = [&](int reg, std::size_t size) {
        std::array<u8, 16> value{};
        require(uc_reg_read(engine, reg, value.data()), "uc_reg_read");
        state.insert(state.end(), value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size));
    };
    for (int reg = UC_X86_REG_FP0; reg <= UC_X86_REG_FP7; ++reg) {
        append(reg, 10);
    }
    for (int reg = UC_X86_REG_XMM0; reg <= UC_X86_REG_XMM15; ++reg) {
        append(reg, 16);
    }
    for (int const reg : {UC_X86_REG_FPCW, UC_X86_REG_FPSW, UC_X86_REG_FPTAG}) {
        append(reg, 2);
    }
    append(UC_X86_REG_MXCSR, 4);
    return state;
}

} // namespace ringside::unicorn
