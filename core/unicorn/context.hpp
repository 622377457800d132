#pragma once
// The processor state inside Unicorn, reached through uc_context: a raw prefix of QEMU's
// CPUX86State. Where things lie is found at start-up by sentinels (`Layout::calibrate`), never
// assumed; an unknown layout is refused.
#include "core/x86/integers.hpp"

#include <unicorn/unicorn.h>

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace ringside::unicorn {

// QEMU's SegmentCache.
struct SegmentCache {
    u32 selector;
    u32 padding;
    u64 base;
    u32 limit;
    u32 flags; // the descriptor's high doubleword
};

// The start of CPUX86State, the same in Unicorn 2.0.x and 2.1.x; checked by sentinels all the same.
struct CoreState {
    std::array<u64, 16> gpr;
    u64 rip;
    u64 rflags; // without the arithmetic flags, which are lazy: use the register API for them
    u64 cc_dst, cc_src, cc_src2;
    u32 cc_op;
    i32 df;
    u32 hflags;
    u32 hflags2;
    std::array<SegmentCache, 6> segments; // ES CS SS DS FS GS
    SegmentCache ldt, tr, gdt, idt;
    std::array<u64, 5> cr;
    i32 a20_mask;
};

// hflags: QEMU's digest of the state that translation depends on (target/i386/cpu.h).
namespace hflag {
inline constexpr u32 CPL = 3;
inline constexpr u32 CS32 = 1U << 4U;
inline constexpr u32 SS32 = 1U << 5U;
inline constexpr u32 ADDSEG = 1U << 6U;
inline constexpr u32 PE = 1U << 7U;
inline constexpr u32 MP = 1U << 9U;
inline constexpr u32 EM = 1U << 10U;
inline constexpr u32 TS = 1U << 11U;
inline constexpr u32 LMA = 1U << 14U;
inline constexpr u32 CS64 = 1U << 15U;
inline constexpr u32 OSFXSR = 1U << 22U;
inline constexpr u32 SMAP = 1U << 23U;
} // namespace hflag

struct Layout {
    std::size_t size = 0; // of a whole uc_context
    // A uc_context begins with the number of bytes that save and restore copy; with this number
    // they copy CoreState and EFER alone. 0: this version does not do that.
    u64 short_copy = 0;
    std::size_t core = 0; // offset of CoreState
    std::size_t efer = 0;
    std::size_t error_code = 0;
    std::size_t is_int = 0; // was the last exception an INT instruction?
    std::size_t old_exception =
        0; // must be -1 again after every exception, or the next one becomes a double fault

    // Found once per process with throw-away engines. Throws HostError when anything is ambiguous.
    static Layout const& calibrated();
    [[nodiscard]] std::string describe() const;
};

// One uc_context buffer bound to its engine.
class Context {
public:
    explicit Context(uc_engine* engine);
    Context(Context const&) = delete;
    Context(Context&&) = delete;
    Context& operator=(Context const&) = delete;
    Context& operator=(Context&&) = delete;
    ~Context();

    void save();    // processor -> buffer
    void restore(); // buffer -> processor
    // The same with CoreState and EFER alone: a tenth of the bytes, and x87 and SSE stay where they
    // are.
    void save_core();
    void restore_core();
    [[nodiscard]] CoreState& core() {
        return *reinterpret_cast<CoreState*>(bytes() + layout_.core);
    }
    [[nodiscard]] CoreState const& core() const {
        return *reinterpret_cast<CoreState const*>(bytes() + layout_.core);
    }
    [[nodiscard]] u32 error_code() const { return get<u32>(layout_.error_code); }
    [[nodiscard]] bool is_int() const { return get<u32>(layout_.is_int) != 0; }
    [[nodiscard]] bool remembers_exception() const { return get<i32>(layout_.old_exception) != -1; }
    void clear_exception() { put<i32>(layout_.old_exception, -1); }
    void set_efer(u64 value) { put<u64>(layout_.efer, value); }
    [[nodiscard]] std::span<u8> blob() { return {bytes(), layout_.size}; }
    [[nodiscard]] std::span<u8 const> blob() const { return {bytes(), layout_.size}; }

private:
    [[nodiscard]] u8* bytes() { return reinterpret_cast<u8*>(context_); }
    [[nodiscard]] u8 const* bytes() const { return reinterpret_cast<u8 const*>(context_); }
    template <class T>
    [[nodiscard]] T get(std::size_t offset) const {
        T value{};
        std::memcpy(&value, bytes() + offset, sizeof(T));
        return value;
    }
    template <class T>
    void put(std::size_t offset, T value) {
        std::memcpy(bytes() + offset, &value, sizeof(T));
    }

    template <class Copy>
    void shortly(Copy copy);

    Layout const& layout_;
    uc_engine* engine_;
    uc_context* context_ = nullptr;
};

// Any call that cannot fail unless the host is broken.
void require(uc_err error, char const* what);

} // namespace ringside::unicorn
