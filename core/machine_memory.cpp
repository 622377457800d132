// The machine's translations: every access of the models and every miss of the engine goes through
// `translate`.
#include "core/decoder/decode.hpp" // longest_instruction
#include "core/machine.hpp"
#include "core/unicorn/posture.hpp"

namespace ringside {

namespace {

// The page of an address as 32-bit guests see it: 4 GiB and up is the bottom again.
constexpr u64 mask_32 = 0xffffffff;

mmu::Access explicit_access(LinearAddress address, mmu::AccessType type, Ring cpl) {
    return {.address = address, .type = type, .user = cpl == Ring::R3, .implicit = false};
}

mmu::Access access_of(LinearAddress address, mmu::AccessType type, Privilege privilege) {
    return {.address = address,
            .type = type,
            .user = privilege == Privilege::User,
            .implicit = privilege == Privilege::ImplicitSupervisor};
}

// Did the entry only gain rights? Then nothing that was granted by it becomes wrong.
bool only_gains(mmu::TlbEntry const& old, mmu::Translation const& now, LinearAddress address) {
    return old.page_size == now.page_size &&
           old.frame.value() + (address.value() & (old.page_size - 1)) == now.address.value() &&
           old.user == now.user && old.writable == now.writable &&
           old.no_execute == now.no_execute && old.global == now.global &&
           (!old.dirty || now.dirty);
}

} // namespace

u64 Machine::linear_mask() const {
    return unicorn::code_size_of(cpu_) == CodeSize::Bits64 ? ~u64{0} : mask_32;
}

Result<PhysicalAddress, Fault> Machine::translate(mmu::Access const& access) {
    mmu::PagingContext const context = cpu_.paging_context();
    mmu::Lookup const lookup = mmu_.look_up(ram_, context, access);
    if (lookup.walk && context.mode != mmu::PagingMode::None) {
        tell(trace::Walk{.walk = *lookup.walk});
        std::vector<mmu::TlbEntry> dropped = mmu_.commit(lookup, ram_, context);
        if (lookup.outcome) {
            std::erase_if(dropped, [&](mmu::TlbEntry const& old) {
                return only_gains(old, lookup.outcome.value(), access.address);
            });
        }
        drop_hidden(dropped);
    }
    if (!lookup.outcome) {
        return lookup.outcome.error();
    }
    return lookup.outcome.value().address;
}

void Machine::drop_hidden(std::vector<mmu::TlbEntry> const& entries) {
    if (entries.size() > 64) {
        engine_.drop_all();
        return;
    }
    for (mmu::TlbEntry const& entry : entries) {
        engine_.drop(entry.page, entry.page_size);
    }
}

MissAnswer Machine::on_miss(LinearAddress address, mmu::AccessType access, u64 ip) {
    engine_ip_ = ip;
    LinearAddress const linear{address.value() & linear_mask()};
    auto const physical = translate(explicit_access(linear, access, cpu_.cpl()));
    if (!physical) {
        pending_fault_ = physical.error();
        return MissAnswer::Stop;
    }
    PhysicalAddress const frame = physical.value().page();
    PrivilegeClass const who = unicorn::class_of(cpu_);
    bool const writes = access == mmu::AccessType::Write;
    bool const own_code = writes && ram_.is_code(frame) && holds_instruction(frame, ip);
    bool const nowhere = writes && !ram_.backs(frame);
    bool const step_only = access == mmu::AccessType::Fetch && is_step_only(frame);
    if ((own_code || nowhere || step_only) && !is_stepping_) {
        return MissAnswer::Stop; // such an access is made in a step of its own
    }
    writes_nowhere_ = writes_nowhere_ || nowhere;
    if (own_code || step_only) {
        granted_for_one_step_.push_back(frame);
    }
    if (own_code) {
        engine_.grant_write_beside_code(who, address.page(), frame);
    } else {
        engine_.grant(who, address.page(), frame, access);
    }
    return MissAnswer::Resume;
}

// Where an instruction lies; nothing if its page is absent.
std::optional<PhysicalAddress> Machine::frame_of_code(u64 ip) const {
    u64 const linear = cpu_.segments[seg::SegmentName::CS].base + ip;
    mmu::PageWalk const walk = mmu::walk(ram_, cpu_.paging_context(),
                                         {.address = LinearAddress{linear & linear_mask()},
                                          .type = mmu::AccessType::Read,
                                          .implicit = true});
    if (!walk.outcome) {
        return std::nullopt;
    }
    return walk.outcome.value().address.page();
}

// Does the instruction at `ip` lie in this frame, with its first or its last byte?
bool Machine::holds_instruction(PhysicalAddress frame, u64 ip) const {
    return frame_of_code(ip) == frame || frame_of_code(ip + longest_instruction - 1) == frame;
}

bool Machine::is_step_only(PhysicalAddress frame) const {
    auto const found = step_only_.find(frame.value());
    return found != step_only_.end() && found->second == ram_.code_version(frame);
}

// The block at `ip` cannot be translated; it may reach into the next page.
void Machine::mark_step_only(u64 ip) {
    u64 const next_page = (ip | (page_size_4k - 1)) + 1;
    for (u64 const place : {ip, next_page}) {
        if (auto const frame = frame_of_code(place)) {
            step_only_[frame->value()] = ram_.code_version(*frame);
        }
    }
}

bool Machine::on_fetch_ahead(LinearAddress address) {
    LinearAddress const linear{address.value() & linear_mask()};
    mmu::Access const access = explicit_access(linear, mmu::AccessType::Fetch, cpu_.cpl());
    mmu::PagingContext const context = cpu_.paging_context();
    mmu::Lookup const lookup = mmu_.look_up(ram_, context, access);
    bool const is_known = lookup.outcome &&
                          (!lookup.walk || context.mode == mmu::PagingMode::None) &&
                          !is_step_only(lookup.outcome.value().address.page());
    if (is_known) {
        engine_.grant(unicorn::class_of(cpu_), address.page(),
                      lookup.outcome.value().address.page(), mmu::AccessType::Fetch);
    }
    return is_known;
}

Result<u64, Fault> Machine::read(LinearAddress address, unsigned size, Privilege privilege) {
    u64 value = 0;
    unsigned done = 0;
    while (done < size) {
        LinearAddress const at{(address.value() + done) & linear_mask()};
        unsigned const piece =
            static_cast<unsigned>(std::min<u64>(size - done, page_size_4k - at.page_offset()));
        auto const physical = translate(access_of(at, mmu::AccessType::Read, privilege));
        if (!physical) {
            return physical.error();
        }
        value |= ram_.read(physical.value(), piece) << (8U * done);
        done += piece;
    }
    return value;
}

Result<Done, Fault> Machine::probe_write(LinearAddress address, unsigned size,
                                         Privilege privilege) {
    LinearAddress const last{(address.value() + size - 1) & linear_mask()};
    auto const first = translate(access_of(address, mmu::AccessType::Write, privilege));
    if (!first) {
        return first.error();
    }
    if (last.page() != address.page()) {
        auto const second = translate(access_of(last.page(), mmu::AccessType::Write, privilege));
        if (!second) {
            return second.error();
        }
    }
    return Done{};
}

void Machine::write(LinearAddress address, unsigned size, u64 value, Privilege privilege) {
    unsigned done = 0;
    while (done < size) {
        LinearAddress const at{(address.value() + done) & linear_mask()};
        unsigned const piece =
            static_cast<unsigned>(std::min<u64>(size - done, page_size_4k - at.page_offset()));
        auto const physical = translate(access_of(at, mmu::AccessType::Write, privilege));
        RINGSIDE_ENSURE(static_cast<bool>(physical), "a write is probed before it is made");
        ram_.write(physical.value(), piece, value >> (8U * done));
        done += piece;
    }
}

void Machine::flush_tlb(TlbFlush which, Cpu const& after) {
    mmu::PagingContext const context = after.paging_context();
    std::vector<mmu::TlbEntry> const dropped =
        which == TlbFlush::All
            ? mmu_.tlb().flush_all()
            : mmu_.tlb().flush_non_global(mmu::current_pcid(context), context.pcide);
    tell(trace::TlbChange{.op = trace::TlbOp::Flush, .count = dropped.size()});
    if (which == TlbFlush::All || context.pcide) {
        engine_.drop_all();
    } else {
        drop_hidden(dropped);
    }
}

void Machine::invalidate_page(LinearAddress address, Cpu const& after) {
    std::vector<mmu::TlbEntry> const dropped =
        mmu_.tlb().invalidate(address, mmu::current_pcid(after.paging_context()));
    tell(trace::TlbChange{
        .op = trace::TlbOp::Invlpg, .lin = address.value(), .count = dropped.size()});
    drop_hidden(dropped);
}

void Machine::translation_rules_changed() {
    engine_.drop_all();
}

std::vector<u8> Machine::peek(LinearAddress address, std::size_t size,
                              std::optional<u64> cr3) const {
    mmu::PagingContext context = cpu_.paging_context();
    if (cr3) {
        context.cr3 = *cr3;
        if (context.mode == mmu::PagingMode::PAE) {
            context.pdptes = mmu::load_pdptes(ram_, context).pdptes;
        }
    }
    std::vector<u8> bytes;
    while (bytes.size() < size) {
        LinearAddress const at{(address.value() + bytes.size()) & linear_mask()};
        mmu::PageWalk const walk = mmu::walk(
            ram_, context, {.address = at, .type = mmu::AccessType::Read, .implicit = true});
        if (!walk.outcome) {
            break;
        }
        u64 const piece = std::min<u64>(size - bytes.size(), page_size_4k - at.page_offset());
        for (u64 offset = 0; offset < piece; ++offset) {
            bytes.push_back(static_cast<u8>(ram_.read(walk.outcome.value().address + offset, 1)));
        }
    }
    return bytes;
}

} // namespace ringside
