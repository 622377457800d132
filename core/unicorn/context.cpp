#include "core/unicorn/context.hpp"

#include "core/host_error.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>

namespace ringside::unicorn {

void require(uc_err error, char const* what) {
    if (error != UC_ERR_OK) {
        throw HostError(fmt::format("Unicorn: {}: {}", what, uc_strerror(error)));
    }
}

Context::Context(uc_engine* engine)
    : layout_{Layout::calibrated()}
    , engine_{engine} {
    require(uc_context_alloc(engine, &context_), "uc_context_alloc");
    require(uc_context_save(engine, context_), "uc_context_save");
}

Context::~Context() {
    if (context_ != nullptr) {
        uc_context_free(context_);
    }
}

void Context::save() {
    require(uc_context_save(engine_, context_), "uc_context_save");
}
void Context::restore() {
    require(uc_context_restore(engine_, context_), "uc_context_restore");
}

template <class Copy>
void Context::shortly(Copy copy) {
    u64 const whole = get<u64>(0);
    put<u64>(0, layout_.short_copy != 0 ? layout_.short_copy : whole);
    copy();
    put<u64>(0, whole);
}
void Context::save_core() {
    shortly([this] { save(); });
}
void Context::restore_core() {
    shortly([this] { restore(); });
}

namespace {

[[noreturn]] void unknown_layout(std::string const& what) {
    unsigned major = 0;
    unsigned minor = 0;
    uc_version(&major, &minor);
    throw HostError(fmt::format(
        "this Unicorn ({}.{}) keeps its processor state in a way Ringside does not know ({}); "
        "install libunicorn 2.0.1 or 2.1",
        major, minor, what));
}

// A throw-away engine and copies of its raw context.
class Probe {
public:
    explicit Probe(uc_mode mode) {
        require(uc_open(UC_ARCH_X86, mode, &engine_), "uc_open");
        require(uc_context_alloc(engine_, &context_), "uc_context_alloc");
    }
    Probe(Probe const&) = delete;
    Probe(Probe&&) = delete;
    Probe& operator=(Probe const&) = delete;
    Probe& operator=(Probe&&) = delete;
    ~Probe() {
        uc_context_free(context_);
        uc_close(engine_);
    }
    [[nodiscard]] uc_engine* engine() const { return engine_; }
    [[nodiscard]] std::vector<u8> raw() const {
        require(uc_context_save(engine_, context_), "uc_context_save");
        auto const* const bytes = reinterpret_cast<u8 const*>(context_);
        return {bytes, bytes + uc_context_size(engine_)};
    }
    template <class T>
    void write(int reg, T value) const {
        u64 wide = value;
        require(uc_reg_write(engine_, reg, &wide), "uc_reg_write");
    }

private:
    uc_engine* engine_ = nullptr;
    uc_context* context_ = nullptr;
};

template <class T>
T at(std::vector<u8> const& raw, std::size_t offset) {
    T value{};
    if (offset + sizeof(T) <= raw.size()) {
        std::memcpy(&value, raw.data() + offset, sizeof(T));
    }
    return value;
}

// The one offset where `matches` holds, stepping by 4.
template <class Matches>
std::size_t only_offset(std::size_t size, char const* what, Matches matches) {
    std::size_t found = 0;
    unsigned count = 0;
    for (std::size_t offset = 16; offset + 8 <= size; offset += 4) {
        if (matches(offset)) {
            found = offset;
            ++count;
        }
    }
    if (count != 1) {
        unknown_layout(fmt::format("{} candidates for {}", count, what));
    }
    return found;
}

// Registers written by name must appear where CoreState says.
void find_core(Layout& layout) {
    Probe const probe{UC_MODE_64};
    constexpr u64 sentinel = 0x5aa55aa512345679U;
    probe.write(UC_X86_REG_RAX, sentinel);
    probe.write(UC_X86_REG_R15, sentinel + 15);
    probe.write(UC_X86_REG_RIP, u64{0x123456789a});
    probe.write(UC_X86_REG_EFLAGS, u64{0x402}); // DF: df becomes -1
    uc_x86_mmr table{.selector = 0, .base = 0x11223344, .limit = 0x5566, .flags = 0};
    require(uc_reg_write(probe.engine(), UC_X86_REG_GDTR, &table), "GDTR");
    table = {.selector = 0, .base = 0x21223344, .limit = 0x6566, .flags = 0};
    require(uc_reg_write(probe.engine(), UC_X86_REG_IDTR, &table), "IDTR");
    probe.write(UC_X86_REG_CR3, u64{0x5a3c7000});
    std::vector<u8> const raw = probe.raw();
    layout.size = raw.size();
    for (std::size_t offset = 0; offset + sizeof(CoreState) <= raw.size(); offset += 8) {
        if (at<u64>(raw, offset) == sentinel) {
            layout.core = offset;
            break;
        }
    }
    CoreState state{};
    if (layout.core == 0 || layout.core + sizeof state > raw.size()) {
        unknown_layout("RAX not found");
    }
    std::memcpy(&state, raw.data() + layout.core, sizeof state);
    bool const right = state.gpr[15] == sentinel + 15 && state.rip == 0x123456789a &&
                       state.df == -1 && state.gdt.base == 0x11223344 &&
                       state.gdt.limit == 0x5566 && state.idt.base == 0x21223344 &&
                       state.idt.limit == 0x6566 && state.cr[3] == 0x5a3c7000 &&
                       (state.hflags & (hflag::CS64 | hflag::LMA)) == (hflag::CS64 | hflag::LMA);
    if (!right) {
        unknown_layout("registers are not where they were");
    }
    Probe const other{UC_MODE_32};
    std::vector<u8> const raw32 = other.raw();
    // A 64-bit engine resets with EFER = LME | LMA in the one slot where a 32-bit engine has 0.
    layout.efer = only_offset(raw.size(), "EFER", [&](std::size_t offset) {
        return at<u64>(raw, offset) == 0x500 && at<u64>(raw32, offset) == 0;
    });
}

// Does the number at the start of a uc_context bound what is copied?
void find_short_copy(Layout& layout) {
    Probe const probe{UC_MODE_64};
    uc_context* context = nullptr;
    require(uc_context_alloc(probe.engine(), &context), "uc_context_alloc");
    auto* const bytes = reinterpret_cast<u8*>(context);
    u64 whole = 0;
    std::memcpy(&whole, bytes, sizeof whole);
    u64 const wanted = layout.efer + sizeof(u64) - layout.core;
    if (whole == layout.size - layout.core) {
        std::memset(bytes + layout.core, 0x5a, whole);
        std::memcpy(bytes, &wanted, sizeof wanted);
        require(uc_context_save(probe.engine(), context), "uc_context_save");
        std::vector<u8> const raw = probe.raw();
        bool const copied = std::memcmp(bytes + layout.core, raw.data() + layout.core, wanted) == 0;
        bool const spared = std::all_of(bytes + layout.core + wanted, bytes + layout.size,
                                        [](u8 byte) { return byte == 0x5a; });
        layout.short_copy = copied && spared ? wanted : 0;
        std::memcpy(bytes, &whole, sizeof whole);
    }
    uc_context_free(context);
}

struct FaultWatch {
    Probe const* probe;
    std::vector<std::vector<u8>> seen;
};

void on_probe_interrupt(uc_engine* engine, u32 vector, void* user) {
    auto* const watch = static_cast<FaultWatch*>(user);
    watch->seen.push_back(watch->probe->raw());
    if (vector != 0x21) {
        uc_emu_stop(engine);
    }
}

// INT 21h, then a store to a read-only page: error code 3, old_exception -1 -> 14.
void find_exception_fields(Layout& layout) {
    Probe const probe{UC_MODE_32};
    uc_engine* const engine = probe.engine();
    require(uc_mem_map(engine, 0, 1U << 20U, UC_PROT_ALL), "uc_mem_map");
    constexpr std::array<u8, 7> code{0xcd, 0x21, 0xa3, 0, 0, 4, 0}; // int 21h; mov [40000h], eax
    require(uc_mem_write(engine, 0x1000, code.data(), code.size()), "uc_mem_write");
    auto const entry = [&](u64 address, u64 value) {
        require(uc_mem_write(engine, address, &value, sizeof value), "uc_mem_write");
    };
    entry(0x2000, 0x3001);             // PDPTE 0
    entry(0x3000, 0x4007);             // PDE 0
    entry(0x4000 + 8, 0x1025);         // the code page
    entry(0x4000 + 8 * 0x40, 0x40025); // read-only
    FaultWatch watch{.probe = &probe, .seen = {}};
    uc_hook hook = 0;
    require(uc_hook_add(engine, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(on_probe_interrupt),
                        &watch, 1, 0),
            "uc_hook_add");
    require(uc_ctl_exits_enable(engine), "uc_ctl_exits_enable");
    probe.write(UC_X86_REG_CR4, u64{0x20});
    probe.write(UC_X86_REG_CR3, u64{0x2000});
    probe.write(UC_X86_REG_CR0, u64{0x80010011});
    std::vector<u8> const before = probe.raw();
    uc_emu_start(engine, 0x1000, 0, 0, 0);
    if (watch.seen.size() != 2) {
        unknown_layout("a store to a read-only page does not fault");
    }
    std::vector<u8> const& interrupted = watch.seen[0];
    std::vector<u8> const& faulted = watch.seen[1];
    layout.old_exception = only_offset(before.size(), "old_exception", [&](std::size_t offset) {
        return at<i32>(before, offset) == -1 && at<i32>(faulted, offset) == 14;
    });
    layout.error_code = only_offset(before.size(), "error_code", [&](std::size_t offset) {
        return at<i32>(before, offset) == 0 && at<i32>(interrupted, offset) == 0 &&
               at<i32>(faulted, offset) == 3;
    });
    layout.is_int = layout.error_code + 4;
    if (at<u32>(interrupted, layout.is_int) != 1 || at<u32>(faulted, layout.is_int) != 0) {
        unknown_layout("exception_is_int is not beside error_code");
    }
}

Layout calibrate() {
    unsigned major = 0;
    unsigned minor = 0;
    uc_version(&major, &minor);
    if (major != 2 || minor > 1) {
        unknown_layout("an unknown version");
    }
    Layout layout;
    find_core(layout);
    find_short_copy(layout);
    find_exception_fields(layout);
    return layout;
}

} // namespace

Layout const& Layout::calibrated() {
    static Layout const layout = calibrate();
    return layout;
}

std::string Layout::describe() const {
    unsigned major = 0;
    unsigned minor = 0;
    uc_version(&major, &minor);
    return fmt::format(
        "Unicorn {}.{}: context {} bytes, registers at {}, EFER at {}, error code at {}, "
        "old_exception at {}",
        major, minor, size, core, efer, error_code, old_exception);
}

} // namespace ringside::unicorn
