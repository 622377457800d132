#pragma once
// Unicorn without any of our engine: one UC_MODE_64 instance that executes 16-, 32- and 64-bit
// code at any privilege level, with empty descriptor tables and identity page tables. It is the
// witness for what the processor core does with an instruction when nobody stops it.
#include "core/decoder/instruction.hpp"

#include <unicorn/unicorn.h>

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace ringside::test {

// The context layout below is Unicorn 2.0.1's; on another version the tests that need it say so.
[[nodiscard]] bool bare_unicorn_fits();

enum class Outcome : u8 {
    Executed,      // to the next instruction, or to wherever it branched
    Exception,     // `vector`, with the IP at the instruction
    Interrupt,     // `vector`, with the IP behind it: INT n, INT3, INTO
    InvalidOpcode, // #UD
    Halted,
    Aborted,  // Unicorn called abort() while it translated the instruction
    Callback, // IN, OUT, CPUID, SYSCALL, SYSENTER: Unicorn asked for somebody to do it
};

struct Observed {
    Outcome outcome = Outcome::Executed;
    unsigned vector = 0;
    u64 ip = 0;                     // counted from the instruction
    unsigned length = 0;            // as the core sees it; 0 where it did not get that far
    bool registers_changed = false; // a general register other than those that faults may touch
    bool system_changed = false;    // a segment, table, control or mode register
    bool memory_changed = false;
};

class BareUnicorn {
public:
    static constexpr u64 code_page = 0x2000; // all within reach of 16-bit addresses
    static constexpr u64 code_size = 0x4000;
    static constexpr u64 data_page = 0x8000;
    static constexpr u64 data_size = 0x4000;

    BareUnicorn();
    BareUnicorn(BareUnicorn const&) = delete;
    BareUnicorn(BareUnicorn&&) = delete;
    BareUnicorn& operator=(BareUnicorn const&) = delete;
    BareUnicorn& operator=(BareUnicorn&&) = delete;
    ~BareUnicorn();

    // Puts the registers back and sets width and privilege, and the bases of ES CS SS DS FS GS.
    using Bases = std::array<u64, 6>;
    void reset(CodeSize size, unsigned cpl, Bases const& bases = {});
    void set_register(unsigned number, u64 value);
    [[nodiscard]] std::array<u64, 16> registers();
    // Where execute() will put its instruction.
    [[nodiscard]] u64 next_place() const;
    // Executes one instruction at an even place in the code page.
    Observed execute(std::span<u8 const> instruction);

    struct Touch {
        u64 address;
        unsigned size;
        bool write;
    };
    // What execute() read and wrote in memory, in order.
    [[nodiscard]] std::vector<Touch> const& touches() const { return touches_; }

private:
    struct State;
    void open();
    void reopen();
    static void on_interrupt(uc_engine*, u32 vector, void* self);
    static bool on_invalid(uc_engine*, void* self);
    static void on_code(uc_engine*, u64 address, u32 size, void* self);
    static void on_access(uc_engine*, uc_mem_type, u64 address, int size, i64 value, void* self);

    std::unique_ptr<State> state_;
    std::vector<Touch> touches_;
};

} // namespace ringside::test
