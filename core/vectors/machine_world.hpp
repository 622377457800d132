#pragma once
// A golden case in a real machine: its memory and registers as the recording harness had them, run
// until the stub's UD2 or the first exception has been delivered. One machine serves all cases.
#include "core/machine.hpp"
#include "core/vectors/vector_case.hpp"
#include "core/vectors/witness.hpp"

#include <set>

namespace ringside::vectors {

// The end of a run as the handler of the exception found it.
struct Delivered {
    u8 vector = 0;
    u32 error_code = 0; // 0 where the vector has none
    u64 ip = 0;         // as pushed
    u16 cs = 0;
    u64 flags = 0;
    std::optional<u64> sp{}; // where the frame holds them
    std::optional<u64> ss{};
    bool in_stub = true; // false: while paging was switched on
};

class MachineWorld {
public:
    MachineWorld();

    // Nothing: the machine did not end in a handler; `trouble` says how it ended. Throws HostError
    // for a case that no machine of ours can hold.
    [[nodiscard]] std::optional<Delivered> run(VectorCase const& given);

    [[nodiscard]] Cpu const& cpu() const { return machine_.cpu(); }
    [[nodiscard]] Ram const& ram() const { return machine_.ram(); }
    [[nodiscard]] Witness const& witness() const { return witness_; }
    [[nodiscard]] std::string const& trouble() const { return trouble_; }
    // Frames beyond the first MiB that hold something of the case, or a table of the harness.
    [[nodiscard]] std::set<u64> const& frames() const { return frames_; }
    // The harness's own entries in the root table: where, and what.
    [[nodiscard]] std::vector<MemoryWord> const& own_entries() const { return own_entries_; }

private:
    void clear();
    void lay_memory(VectorCase const& given);
    void lay_low_memory(VectorCase const& given);
    void lay_gates(bool is_long);
    void lay_tables(VectorCase const& given);
    void own_entry(u64 address, u64 value, unsigned size);
    void start_without_paging(VectorCase const& given);
    void enter_stub(VectorCase const& given);
    [[nodiscard]] seg::SegmentRegister segment(u16 selector) const;
    [[nodiscard]] std::optional<Delivered> run_until_delivered(u64 most_insns);
    [[nodiscard]] std::optional<Delivered> read_frame();

    Machine machine_;
    MachineState fresh_;
    Witness witness_;
    std::string trouble_;
    std::set<u64> frames_;
    std::vector<MemoryWord> own_entries_;
    bool is_long_ = false;
};

} // namespace ringside::vectors
