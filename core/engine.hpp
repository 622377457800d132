#pragma once
// What the machine asks of the thing that executes innocent instructions. All of Unicorn lives
// behind it.
//
// The engine keeps hidden mappings: for each privilege class the pages that may be touched without
// asking. A page that is not there, or not with the right asked for, comes to the MissHandler,
// which decides with the guest's real tables. The hidden mappings are thus a cache of the TLB model
// and never know more than it does.
#include "core/cpu.hpp"
#include "core/decoder/instruction.hpp"
#include "core/ram.hpp"
#include "mmu/access.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ringside {

// Supervisor is guest CPL 0..2, User is guest CPL 3; each has its own hidden tables.
enum class PrivilegeClass : u8 { Supervisor, User };

enum class ExitKind : u8 {
    BudgetSpent, // the next instruction would be one too many
    Stepped,     // one instruction, or one element of a repeated one, is done
    Miss,        // a page is missing and the handler said stop; `address`, `access`
    FetchAhead,  // the next block reaches into a page that is not mapped: step until there
    Trap, // the processor core refused the instruction at `ip`: exception `vector`, `error_code`
    SoftwareInterrupt, // INT n, INT3, INTO or INT1 executed at `ip`: `vector`; the next IP is in
                       // the registers
    InvalidOpcode,     // the processor core does not know the instruction at `ip`
    Leak,              // the instruction at `ip` must be executed by the model
    Guarded,           // the instruction at `ip` makes a guarded access, or might stop halfway
    BeyondCode,        // the near branch at `ip` led beyond Guards::code_limit: it is not counted,
                       // but its changes of rSP and rCX are made
    Untranslatable,    // the block at `ip` holds an instruction the core cannot even translate
};

struct EngineExit {
    ExitKind kind = ExitKind::BudgetSpent;
    u64 ip = 0; // offset in CS of the instruction that did not retire, or of the next one
    u8 vector = 0;
    u32 error_code = 0;
    LinearAddress address{};
    mmu::AccessType access = mmu::AccessType::Read;
    // Trap, SoftwareInterrupt, InvalidOpcode, Leak, BeyondCode: the instruction at `ip`, from the
    // bytes that the core executed. The guest's tables may name others by now.
    Instruction instruction{};
};

enum class MissAnswer : u8 { Resume, Stop };

class MissHandler {
public:
    MissHandler() = default;
    MissHandler(MissHandler const&) = delete;
    MissHandler(MissHandler&&) = delete;
    MissHandler& operator=(MissHandler const&) = delete;
    MissHandler& operator=(MissHandler&&) = delete;
    virtual ~MissHandler() = default;
    // Called inside the run. Resume only after `Engine::grant` was asked for this access; the
    // access is then tried again, and may come here again. `ip` is the executing instruction's
    // offset in CS; Engine::retired() counts up to it.
    virtual MissAnswer on_miss(LinearAddress address, mmu::AccessType access, u64 ip) = 0;
    // The core translates a block that reaches into this page, long before (if ever) the guest
    // fetches from it. True if the TLB model already holds it and it was granted: no architectural
    // effect is allowed here.
    virtual bool on_fetch_ahead(LinearAddress address) = 0;
};

// Segment registers by the manual's encoding, for reading and for writing.
struct Guards {
    std::array<bool, 6> read{};
    std::array<bool, 6> write{};
    std::array<bool, 6> wraps{}; // only where the access runs over offset 2^32
    bool several = false;        // and before instructions that make several accesses
    static constexpr u64 no_limit = ~u64{0};
    u64 code_limit = no_limit; // the largest offset of CS: of calls and other branches beyond it
    [[nodiscard]] bool guards_calls() const { return code_limit != no_limit; }
    [[nodiscard]] bool guards_overrides() const {
        auto const any = [](std::array<bool, 6> const& of) {
            return of[0] || of[1] || of[2] || of[3] || of[4] || of[5];
        };
        return any(read) || any(write) || any(wraps);
    }
};

class Engine {
public:
    explicit Engine(Ram& ram);
    Engine(Engine const&) = delete;
    Engine(Engine&&) = delete;
    Engine& operator=(Engine const&) = delete;
    Engine& operator=(Engine&&) = delete;
    ~Engine();

    // Registers in and out. `load` sets the whole posture: widths, bases, hidden privilege.
    // `store` writes general registers, instruction pointer, arithmetic flags and DF only: nothing
    // else changes inside a run.
    // `guards` are the accesses before which `run` stops: FS, GS, and data in CS.
    void load(Cpu const& cpu, Guards guards = {});
    void store(Cpu& cpu) const;

    // Runs until `budget` instructions have retired or something needs the model.
    EngineExit run(u64 budget, MissHandler& handler);
    // One instruction, or one element of a repeated string instruction.
    EngineExit step(MissHandler& handler);
    // Instructions retired in the last call of `run` (so far, inside a MissHandler). A step counts
    // none: the caller knows whether a repeated instruction is over.
    [[nodiscard]] u64 retired() const;
    // Did the last call of `run` stop (or, inside a MissHandler, is it) inside a repeated string
    // instruction, some elements of which are done?
    [[nodiscard]] bool is_inside_repeat() const;

    // Hidden mappings. `frame` is the first byte of a 4 KiB frame. From inside a MissHandler only:
    // makes one kind of access to one page possible, and takes away what must not be at the same
    // time (a frame is never writable and executable at once, so that changed code is noticed).
    void grant(PrivilegeClass who, LinearAddress page, PhysicalAddress frame,
               mmu::AccessType access);
    // For one step of an instruction that writes to the frame it lies in: writable and executable
    // at once. Afterwards `drop_frame`.
    void grant_write_beside_code(PrivilegeClass who, LinearAddress page, PhysicalAddress frame);
    [[nodiscard]] bool is_granted(PrivilegeClass who, LinearAddress page,
                                  mmu::AccessType access) const;
    void drop(LinearAddress start, u64 size); // in both classes
    void drop_all();
    // Every mapping of a frame whose code changed: by the model (Ram::take_changed_code), or by
    // itself.
    void drop_frame(PhysicalAddress frame);
    // Frames that the guest may write without asking: dirty as soon as a keyframe was taken.
    [[nodiscard]] std::vector<u64> writable_frames() const;

    // Everything the processor core holds besides memory (registers, x87, SSE), for keyframes.
    [[nodiscard]] std::vector<u8> save_core() const;
    void restore_core(std::span<u8 const> saved);
    // x87 and SSE state only, as bytes that depend on nothing but the guest.
    [[nodiscard]] std::vector<u8> floating_point_state() const;

private:
    class Implementation;
    void renew();
    EngineExit to_its_end(std::optional<EngineExit> exit, MissHandler& handler);
    Ram& ram_;
    std::unique_ptr<Implementation> self_;
};

// Opens a throw-away engine and finds where this version of Unicorn keeps what we patch. The text
// says what was found; throws HostError with one clear line when the layout is unknown.
[[nodiscard]] std::string describe_engine();

} // namespace ringside
