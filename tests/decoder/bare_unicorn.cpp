#include "tests/decoder/bare_unicorn.hpp"

#include "tests/decoder/abort_guard.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ringside::test {
namespace {

constexpr std::size_t known_context_size = 5544;
constexpr std::array<int, 16> register_ids{
    UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
    UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
    UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};

void require(uc_err error, char const* what) {
    if (error != UC_ERR_OK) {
        std::fprintf(stderr, "bare Unicorn: %s: %s\n", what, uc_strerror(error));
        std::abort();
    }
}

struct Segment {
    u32 selector;
    u32 padding;
    u64 base;
    u32 limit;
    u32 flags;
};

// What of QEMU's CPUX86State is set and compared, by its offset in a Unicorn 2.0.1 context.
struct Core {
    std::array<u64, 16> gpr;
    u64 rip, rflags, cc_dst, cc_src, cc_src2;
    u32 cc_op;
    i32 df;
    u32 hflags, hflags2;
    std::array<Segment, 6> segments;
    Segment ldt, tr, gdt, idt;
    std::array<u64, 5> cr;
};
constexpr std::size_t core_offset = 16;
constexpr std::size_t efer_offset = 16 + 560;
constexpr std::size_t old_exception_offset = 16 + 5464;

class Context {
public:
    explicit Context(uc_engine* engine)
        : engine_{engine} {
        require(uc_context_alloc(engine, &context_), "uc_context_alloc");
    }
    Context(Context const&) = delete;
    Context(Context&&) = delete;
    Context& operator=(Context const&) = delete;
    Context& operator=(Context&&) = delete;
    ~Context() { uc_context_free(context_); }

    void save() { require(uc_context_save(engine_, context_), "uc_context_save"); }
    void restore() { require(uc_context_restore(engine_, context_), "uc_context_restore"); }
    [[nodiscard]] Core core() const {
        Core result{};
        std::memcpy(&result, bytes() + core_offset, sizeof result);
        return result;
    }
    void set(Core const& core) { std::memcpy(bytes() + core_offset, &core, sizeof core); }
    template <class T>
    void put(std::size_t offset, T value) {
        std::memcpy(bytes() + offset, &value, sizeof value);
    }

private:
    [[nodiscard]] u8* bytes() const { return reinterpret_cast<u8*>(context_); }
    uc_engine* engine_;
    uc_context* context_ = nullptr;
};

constexpr u64 tables = 0x200000;
constexpr u64 memory_size = 0x400000;

} // namespace

bool bare_unicorn_fits() {
    uc_engine* engine = nullptr;
    unsigned major = 0;
    unsigned minor = 0;
    uc_version(&major, &minor);
    if (major != 2 || minor != 0 || uc_open(UC_ARCH_X86, UC_MODE_64, &engine) != UC_ERR_OK) {
        return false;
    }
    std::size_t const size = uc_context_size(engine);
    uc_close(engine);
    return size == known_context_size;
}

struct BareUnicorn::State {
    uc_engine* engine = nullptr;
    std::unique_ptr<Context> context{};
    std::vector<u8> memory = std::vector<u8>(memory_size);
    Core clean{}; // the state before anything ran
    CodeSize size = CodeSize::Bits32;
    unsigned cpl = 0;
    u64 place = 0; // where the next instruction is put, from code_page on
    u64 start = 0;
    unsigned measured = 0;
    unsigned visits = 0;
    bool interrupted = false;
    bool invalid = false;
    bool callback = false;
    bool second = false; // the instruction is over: the hook was asked for the next one
    unsigned vector = 0;

    template <class Function>
    void hook(int kind, Function function, void* self) {
        uc_hook handle = 0;
        require(uc_hook_add(engine, &handle, kind, reinterpret_cast<void*>(function), self, 1, 0),
                "uc_hook_add");
    }
    template <class Function>
    void hook_instruction(Function function, void* self, int instruction) {
        uc_hook handle = 0;
        require(uc_hook_add(engine, &handle, UC_HOOK_INSN, reinterpret_cast<void*>(function), self,
                            1, 0, instruction),
                "uc_hook_add");
    }
    void build_tables() {
        auto entry = [this](u64 table, unsigned index, u64 value) {
            std::memcpy(memory.data() + table + 8 * index, &value, sizeof value);
        };
        constexpr u64 present = 7; // P, R/W, U/S
        entry(tables, 0, (tables + 0x1000) | present);
        entry(tables + 0x1000, 0, (tables + 0x2000) | present);
        entry(tables + 0x2000, 0, (tables + 0x3000) | present);
        entry(tables + 0x2000, 1, 0x200000 | 0xe3); // the tables themselves: 2 MiB, no user
        for (unsigned page = 0; page < 512; ++page) {
            entry(tables + 0x3000, page, (u64{page} << 12U) | 0x67); // accessed and dirty
        }
    }
};

BareUnicorn::BareUnicorn()
    : state_{std::make_unique<State>()} {
    state_->build_tables();
    open();
}

void BareUnicorn::reopen() {
    state_->context.reset();
    uc_close(state_->engine);
    open();
    reset(state_->size, state_->cpl);
}

void BareUnicorn::open() {
    State& state = *state_;
    require(uc_open(UC_ARCH_X86, UC_MODE_64, &state.engine), "uc_open");
    state.context = std::make_unique<Context>(state.engine);
    require(uc_mem_map_ptr(state.engine, 0, memory_size, UC_PROT_ALL, state.memory.data()),
            "uc_mem_map_ptr");
    state.hook(UC_HOOK_INTR, on_interrupt, this);
    state.hook(UC_HOOK_INSN_INVALID, on_invalid, this);
    state.hook(UC_HOOK_CODE, on_code, this);
    state.hook(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, on_access, this);
    state.hook_instruction(
        +[](uc_engine* engine, u32, int, void* self) -> u32 {
            static_cast<BareUnicorn*>(self)->state_->callback = true;
            uc_emu_stop(engine);
            return 0;
        },
        this, UC_X86_INS_IN);
    state.hook_instruction(
        +[](uc_engine* engine, u32, int, u32, void* self) {
            static_cast<BareUnicorn*>(self)->state_->callback = true;
            uc_emu_stop(engine);
        },
        this, UC_X86_INS_OUT);
    for (int instruction : {UC_X86_INS_SYSCALL, UC_X86_INS_SYSENTER, UC_X86_INS_CPUID}) {
        state.hook_instruction(
            +[](uc_engine* engine, void* self) -> int {
                static_cast<BareUnicorn*>(self)->state_->callback = true;
                uc_emu_stop(engine);
                return 0;
            },
            this, instruction);
    }
    state.context->save();
    state.clean = state.context->core();
    for (unsigned number = 0; number < 16; ++number) {
        state.clean.gpr[number] = 0;
    }
}

BareUnicorn::~BareUnicorn() {
    state_->context.reset();
    uc_close(state_->engine);
}

void BareUnicorn::reset(CodeSize size, unsigned cpl, Bases const& bases) {
    State& state = *state_;
    std::fill_n(state.memory.begin() + data_page, data_size, u8{0});
    state.size = size;
    state.cpl = cpl;
    bool const wide = size == CodeSize::Bits64;
    bool const big = size == CodeSize::Bits32;
    Core core = state.clean;
    core.rflags = 2;
    core.df = 1;
    core.cr[0] = 0x80010033;
    core.cr[3] = tables;
    core.cr[4] = 0x620;
    core.gdt = core.idt = core.ldt = core.tr = Segment{};
    for (unsigned number = 0; number < 6; ++number) {
        bool const code = number == 1;
        u32 flags = (code ? 0x9b00U : 0x9300U) | (cpl << 13U) | 0x800000U;
        flags |= code && wide ? 0x200000U : big ? 0x400000U : 0U;
        u32 const selector = (number + 2) * 8 | cpl;
        core.segments[number] = {selector, 0, bases[number], 0xffffffff, flags};
    }
    core.hflags = cpl | 1U << 7U | 1U << 14U | 1U << 22U; // CPL, PE, LMA, OSFXSR
    core.hflags |= wide ? 1U << 15U | 3U << 4U : 1U << 6U | (big ? 3U << 4U : 0U);
    state.context->set(core);
    state.context->put<u64>(efer_offset, 0xd00);
    state.context->put<i32>(old_exception_offset, -1);
    state.context->restore();
}

void BareUnicorn::set_register(unsigned number, u64 value) {
    require(uc_reg_write(state_->engine, register_ids[number], &value), "uc_reg_write");
}

std::array<u64, 16> BareUnicorn::registers() {
    std::array<u64, 16> values{};
    for (unsigned number = 0; number < 16; ++number) {
        require(uc_reg_read(state_->engine, register_ids[number], &values[number]), "uc_reg_read");
    }
    return values;
}

void BareUnicorn::on_interrupt(uc_engine* engine, u32 vector, void* self) {
    State& state = *static_cast<BareUnicorn*>(self)->state_;
    state.interrupted = true;
    state.vector = vector;
    uc_emu_stop(engine);
}

bool BareUnicorn::on_invalid(uc_engine* engine, void* self) {
    static_cast<BareUnicorn*>(self)->state_->invalid = true;
    uc_emu_stop(engine);
    return false;
}

void BareUnicorn::on_code(uc_engine* engine, u64 address, u32 size, void* self) {
    State& state = *static_cast<BareUnicorn*>(self)->state_;
    constexpr unsigned longest_loop = 0x20000;
    if (address == state.start && state.visits++ < longest_loop) { // a REP comes again
        state.measured = size <= 15 ? size : 0;
    } else {
        state.second = true;
        uc_emu_stop(engine);
    }
}

void BareUnicorn::on_access(uc_engine*, uc_mem_type type, u64 address, int size, i64, void* self) {
    static_cast<BareUnicorn*>(self)->touches_.push_back(
        {address, static_cast<unsigned>(size), type == UC_MEM_WRITE});
}

namespace {

// Each instruction gets 32 bytes of its own, so that no translation is used twice.
constexpr u64 slot = 32;

} // namespace

u64 BareUnicorn::next_place() const {
    return code_page + (state_->place + slot > code_size ? 0 : state_->place);
}

Observed BareUnicorn::execute(std::span<u8 const> instruction) {
    State& state = *state_;
    state.start = next_place();
    state.place = state.start - code_page + slot;
    u8* const bytes = state.memory.data() + state.start;
    std::fill_n(bytes, slot, u8{0x90});
    std::copy_n(instruction.data(), std::min<std::size_t>(instruction.size(), 16), bytes);
    bytes[slot - 2] = 0xeb; // no block runs on into the next slot
    bytes[slot - 1] = 0xfe;
    // What was here before, or was reached by a branch from elsewhere, is forgotten.
    require(uc_ctl_remove_cache(state.engine, state.start, state.start + slot), "remove_cache");

    state.context->save();
    Core const before = state.context->core();
    std::vector<u8> const data(state.memory.begin() + data_page,
                               state.memory.begin() + data_page + data_size);
    touches_.clear();
    state.interrupted = state.invalid = state.callback = state.second = false;
    state.vector = state.measured = state.visits = 0;
    uc_err error = UC_ERR_OK;
    if (!survives([&] { error = uc_emu_start(state.engine, state.start, ~u64{0xfff}, 0, 0); })) {
        reopen(); // each abandoned call takes one of Unicorn's 64 nesting levels
        Observed seen{};
        seen.outcome = Outcome::Aborted;
        return seen;
    }

    state.context->save();
    Core const after = state.context->core();
    Observed seen{};
    seen.ip = after.rip - state.start;
    seen.vector = state.vector;
    seen.length = state.measured;
    seen.registers_changed = before.gpr != after.gpr;
    seen.system_changed =
        std::memcmp(&before.segments, &after.segments, sizeof before.segments) != 0 ||
        std::memcmp(&before.ldt, &after.ldt, 4 * sizeof before.ldt) != 0 ||
        before.cr[0] != after.cr[0] || before.cr[3] != after.cr[3] || before.cr[4] != after.cr[4] ||
        ((before.hflags ^ after.hflags) & 0x4000f3U) != 0 ||
        ((before.rflags ^ after.rflags) & 0x3000U) != 0;
    seen.memory_changed = !std::equal(data.begin(), data.end(), state.memory.begin() + data_page);
    if (state.invalid) {
        seen.outcome = Outcome::InvalidOpcode;
    } else if (state.interrupted) {
        // A page fault elsewhere is the fetch behind a branch, which was executed.
        seen.outcome = seen.ip == 0         ? Outcome::Exception
                       : state.vector == 14 ? Outcome::Executed
                                            : Outcome::Interrupt;
    } else if (state.callback) {
        seen.outcome = Outcome::Callback;
    } else if (error != UC_ERR_OK) { // there is no memory at all where it looked
        seen.outcome = Outcome::Exception;
        seen.vector = 14;
    } else if (!state.second) {
        seen.outcome = Outcome::Halted;
    }
    return seen;
}

} // namespace ringside::test
