// The machine's translations: every access of the models and every miss of the engine goes through
// `translate`.
#include "core/debug_unit.hpp"
#include "core/decoder/decode.hpp" // longest_instruction
#include "core/machine.hpp"
#include "core/unicorn/posture.hpp"
#include "seg/descriptor_table.hpp"
#include "seg/rules.hpp"

namespace ringside {

namespace {

// What code that is not 64-bit reaches: 4 GiB and up is the bottom again.
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
    return is_64bit() ? ~u64{0} : mask_32;
}

// A byte of an access of the models. What the processor reads by itself lies anywhere in IA-32e
// mode, whatever code runs: descriptor tables, the TSS; and the stack of a delivery from ring 3,
// which goes to 64-bit code.
Result<LinearAddress, Fault> Machine::place(LinearAddress address, u64 byte,
                                            Privilege privilege) const {
    bool const by_itself = privilege == Privilege::ImplicitSupervisor ||
                           (privilege == Privilege::Supervisor && cpu_.cpl() == Ring::R3);
    bool const is_wide = by_itself ? cpu_.segments.long_mode_active : is_64bit();
    LinearAddress const at{(address.value() + byte) & (is_wide ? ~u64{0} : mask_32)};
    if (is_wide && !seg::is_canonical(at.value())) {
        return Fault{.vector = ExceptionVector::GP, .rule = &seg::rules::access_canonical};
    }
    return at;
}

Result<PhysicalAddress, Fault> Machine::translate(mmu::Access const& access) {
    mmu::PagingContext const context = cpu_.paging_context();
    mmu::Lookup const lookup = mmu_.look_up(ram_, context, access);
    bool const walks = lookup.walk && context.mode != mmu::PagingMode::None;
    if (elements_done_ && (walks || !lookup.outcome)) {
        return Fault{}; // `deliver_fault` ends the tick; it comes again in the next one
    }
    if (walks) {
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

MissAnswer Machine::on_miss(LinearAddress address, mmu::AccessType access, u64 ip) {
    engine_ip_ = ip;
    note_elements();
    PrivilegeClass const who = unicorn::class_of(cpu_);
    FreePages const& kept = kept_pages_[static_cast<std::size_t>(who)];
    bool const is_fetch = access == mmu::AccessType::Fetch;
    bool const keeps = (is_fetch ? kept.code : kept.data).contains(address.page());
    bool const may_overstep = !is_fetch && kept.data.is_last(address.page());
    if ((!keeps || may_overstep) && !is_stepping_ && !repeats_freely_) {
        return MissAnswer::Stop; // its segment is to be asked first
    }
    LinearAddress const linear{address.value() & linear_mask()};
    auto const physical = translate(explicit_access(linear, access, cpu_.cpl()));
    if (!physical) {
        pending_fault_ = physical.error();
        return MissAnswer::Stop;
    }
    PhysicalAddress const frame = ram_.home(physical.value().page());
    if (is_device(frame)) {
        return on_device_miss(address.page(), frame, access);
    }
    bool const writes = access == mmu::AccessType::Write;
    bool const own_code = writes && ram_.is_code(frame) && holds_instruction(frame, ip);
    bool const nowhere = writes && !ram_.takes_writes(frame);
    bool const step_only = is_fetch && is_step_only(frame);
    if ((own_code || nowhere || step_only) && !is_stepping_) {
        return MissAnswer::Stop; // such an access is made in a step of its own
    }
    writes_nowhere_ = writes_nowhere_ || nowhere;
    if (own_code || step_only) {
        granted_for_one_step_.push_back(frame);
    }
    if (!keeps) {
        pages_for_one_step_.push_back(address.page());
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
    u64 const linear = is_64bit() ? ip : cpu_.segments[seg::SegmentName::CS].base + ip;
    mmu::PageWalk const walk = mmu::walk(ram_, cpu_.paging_context(),
                                         {.address = LinearAddress{linear & linear_mask()},
                                          .type = mmu::AccessType::Read,
                                          .implicit = true});
    if (!walk.outcome) {
        return std::nullopt;
    }
    return ram_.home(walk.outcome.value().address.page());
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
    PrivilegeClass const who = unicorn::class_of(cpu_);
    bool const is_known =
        kept_pages_[static_cast<std::size_t>(who)].code.contains(address.page()) &&
        lookup.outcome && (!lookup.walk || context.mode == mmu::PagingMode::None) &&
        !is_step_only(ram_.home(lookup.outcome.value().address.page())) &&
        !is_device(lookup.outcome.value().address);
    if (is_known) {
        engine_.grant(who, address.page(), ram_.home(lookup.outcome.value().address.page()),
                      mmu::AccessType::Fetch);
    }
    return is_known;
}

Result<u64, Fault> Machine::read(LinearAddress address, unsigned size, Privilege privilege) {
    if (privilege != Privilege::ImplicitSupervisor && debug_unit::is_armed(cpu_)) {
        watch(address, size, false);
    }
    u64 value = 0;
    unsigned done = 0;
    while (done < size) {
        auto const placed = place(address, done, privilege);
        if (!placed) {
            return placed.error();
        }
        LinearAddress const at = placed.value();
        unsigned const piece =
            static_cast<unsigned>(std::min<u64>(size - done, page_size_4k - at.page_offset()));
        auto const physical = translate(access_of(at, mmu::AccessType::Read, privilege));
        if (!physical) {
            return physical.error();
        }
        value |= read_physical(physical.value(), piece) << (8U * done);
        done += piece;
    }
    return value;
}

Result<Done, Fault> Machine::probe_write(LinearAddress address, unsigned size,
                                         Privilege privilege) {
    auto const first = place(address, 0, privilege);
    auto const last = place(address, size - 1, privilege);
    if (!first || !last) {
        return first ? last.error() : first.error();
    }
    auto const begins = translate(access_of(first.value(), mmu::AccessType::Write, privilege));
    if (!begins || last.value().page() == first.value().page()) {
        return begins ? Result<Done, Fault>{Done{}} : begins.error();
    }
    auto const ends = translate(access_of(last.value().page(), mmu::AccessType::Write, privilege));
    return ends ? Result<Done, Fault>{Done{}} : ends.error();
}

void Machine::write(LinearAddress address, unsigned size, u64 value, Privilege privilege) {
    if (privilege != Privilege::ImplicitSupervisor && debug_unit::is_armed(cpu_)) {
        watch(address, size, true);
    }
    unsigned done = 0;
    while (done < size) {
        auto const placed = place(address, done, privilege);
        RINGSIDE_ENSURE(static_cast<bool>(placed), "a write is probed before it is made");
        LinearAddress const at = placed.value();
        unsigned const piece =
            static_cast<unsigned>(std::min<u64>(size - done, page_size_4k - at.page_offset()));
        auto const physical = translate(access_of(at, mmu::AccessType::Write, privilege));
        RINGSIDE_ENSURE(static_cast<bool>(physical), "a write is probed before it is made");
        write_physical(physical.value(), piece, value >> (8U * done));
        done += piece;
    }
}

std::vector<u8> Machine::peek(LinearAddress address, std::size_t size,
                              std::optional<u64> cr3) const {
    mmu::PagingContext context = cpu_.paging_context();
    context.smap = false; // who looks touches nothing
    if (cr3) {
        context.cr3 = *cr3;
        if (context.mode == mmu::PagingMode::PAE) {
            context.pdptes = mmu::load_pdptes(ram_, context).pdptes;
        }
    }
    std::vector<u8> bytes;
    while (bytes.size() < size) {
        LinearAddress const at{(address.value() + bytes.size()) &
                               (cpu_.segments.long_mode_active ? ~u64{0} : mask_32)};
        mmu::PageWalk const walk = mmu::walk(
            ram_, context, {.address = at, .type = mmu::AccessType::Read, .implicit = true});
        if (!walk.outcome) {
            break;
        }
        PhysicalAddress const from = walk.outcome.value().address;
        std::size_t const done = bytes.size();
        bytes.resize(done + std::min<u64>(size - done, page_size_4k - at.page_offset()));
        if (is_device(from)) {
            for (std::size_t byte = done; byte < bytes.size(); ++byte) {
                bytes[byte] = board_.bus().peek(from + (byte - done));
            }
        } else {
            ram_.copy_out(from, std::span{bytes}.subspan(done));
        }
    }
    return bytes;
}

} // namespace ringside
