// The ports of the machine (kernel_stub/abi/ports.h).
#include "core/debug_unit.hpp"
#include "core/machine.hpp"
#include "core/tracepoints.hpp"
#include "kernel_stub/abi/ports.h"

#include <fmt/format.h>

namespace ringside {

u32 Machine::read_port(u16 port, unsigned size) {
    watched_ |= debug_unit::at_port(cpu_, port, size);
    return board_.bus().read_port(port, size, device_time());
}

void Machine::write_port(u16 port, unsigned size, u32 value, Cpu const& registers) {
    watched_ |= debug_unit::at_port(cpu_, port, size);
    if (!config_.rom.empty() && port == config_.post_port) {
        board_.console().print(fmt::format("{:02x}\n", value & 0xffU));
    } else if (port == PORT_TRACEPOINT && size == 4) {
        hear_tracepoint(registers);
    } else if (port == PORT_POWER_OFF && size == 4) {
        bool const panicked = (value & POWER_PANIC) != 0;
        power_off_ = RunEnd{.kind = panicked ? EndKind::Panic : EndKind::Exited,
                            .wait_status = value & 0xffffU,
                            .reason = panicked ? panic_text_ : std::string{}};
    } else {
        board_.bus().write_port(port, size, value, device_time());
    }
}

void Machine::hear_tracepoint(Cpu const& registers) {
    auto body = read_tracepoint(registers, [this](u64 address, std::size_t size) {
        std::vector<u8> const bytes = peek(LinearAddress{address}, size);
        return std::string{bytes.begin(), bytes.end()};
    });
    if (!body) {
        return;
    }
    u32 next_pid = pid_;
    if (auto const* const sched = std::get_if<trace::Sched>(&*body)) {
        next_pid = sched->to;
    }
    if (auto const* const text = std::get_if<trace::Text>(&*body);
        text != nullptr && text->kind == trace::TextKind::Panic) {
        panic_text_ = text->text;
    }
    bool const is_syscall = std::holds_alternative<trace::Syscall>(*body);
    tell(std::move(*body));
    pid_ = next_pid;
    if (is_syscall && config_.cold_tlb) {
        drop_user_translations();
    }
}

// --cold-tlb: the next walks of user pages are all seen.
void Machine::drop_user_translations() {
    std::vector<mmu::TlbEntry> kept = mmu_.tlb().list();
    std::vector<mmu::TlbEntry> dropped;
    std::erase_if(kept, [&](mmu::TlbEntry const& entry) {
        if (entry.user) {
            dropped.push_back(entry);
        }
        return entry.user;
    });
    mmu_.tlb().assign(kept);
    drop_hidden(dropped);
}

} // namespace ringside
