#pragma once
// Which pages each privilege class may touch without asking, and what follows from that: one frame
// at a page at a time where the back end wants it, no frame writable and executable at once, stale
// translations of changed code thrown away.
#include "core/engine.hpp"
#include "core/unicorn/backend.hpp"
#include "core/unicorn/flush_stub.hpp"
#include "core/unicorn/hidden_tables.hpp"

#include <unordered_map>

namespace ringside::unicorn {

enum class Grant : u8 {
    Done,
    NewCode, // done, and what was known about code on this page is stale
    Later,   // something had to go first; it goes in `settle`, then the access is tried again
};

class Mappings {
public:
    // `hole`: the number of the gibibyte of linear space that this core keeps for itself.
    Mappings(uc_engine* engine, Ram& ram, unsigned hole);

    [[nodiscard]] u64 root(PrivilegeClass who) const { return tables_.root(who); }
    // Inside a run of this class.
    Grant grant(PrivilegeClass who, LinearAddress page, PhysicalAddress frame,
                mmu::AccessType access);
    // Writable while it stays executable, here or elsewhere.
    Grant grant_write_beside_code(PrivilegeClass who, LinearAddress page, PhysicalAddress frame);
    [[nodiscard]] bool is_granted(PrivilegeClass who, LinearAddress page, mmu::AccessType access);
    // The bytes the class sees at a granted page; null if none.
    [[nodiscard]] u8 const* page_bytes(PrivilegeClass who, LinearAddress page);

    // The core reached for an address where it has nothing. Inside a run.
    void uncover(LinearAddress address) { backend_->uncover(address); }
    // Something was asked for that this core cannot show: a new one is needed, with another hole if
    // so.
    [[nodiscard]] bool needs_new_core() const { return needs_window_ || needs_hole_; }
    [[nodiscard]] bool is_worn_out() const { return needs_new_core() || backend_->is_worn_out(); }
    [[nodiscard]] unsigned next_hole() const { return hole_ + (needs_hole_ ? 1U : 0U); }

    void drop(LinearAddress start, u64 size);
    void drop_all();
    void drop_frame(PhysicalAddress frame);
    [[nodiscard]] std::vector<u64> writable_frames() const;

    // Outside a run: flushes and windows that `grant` and `drop` have left to do. True if the
    // engine's registers are lost.
    bool settle();

private:
    struct Place {
        PrivilegeClass who;
        u64 page;
    };
    struct CodeTag {
        u64 frame;
        u32 version;
    };
    [[nodiscard]] std::vector<Place>& places(u64 frame);
    void remove(PrivilegeClass who, u64 page, u64& entry);
    void remove_place(u64 frame, PrivilegeClass who, u64 page);
    // Takes a right away from every mapping of the frame; false if there was one.
    bool exclude(u64 frame, bool executable);
    u64& entry_for(PrivilegeClass who, LinearAddress page, PhysicalAddress frame);
    bool make_way(PrivilegeClass who, LinearAddress page, PhysicalAddress frame);
    void note_flush(u64 page);
    [[nodiscard]] bool is_new_code(PrivilegeClass who, LinearAddress page, PhysicalAddress frame);

    uc_engine* engine_;
    Ram& ram_;
    unsigned hole_;
    bool needs_hole_ = false;
    bool needs_window_ = false;
    HiddenTables tables_;
    std::unique_ptr<Backend> backend_;
    FlushStub stub_;
    std::vector<std::vector<Place>> places_; // by frame number; the last one is for unbacked frames
    std::array<std::unordered_map<u64, CodeTag>, 2> code_tags_;
    std::vector<u64> pending_flushes_;
    bool pending_flush_all_ = false;
    std::optional<std::pair<u64, u64>> pending_window_; // page, frame
    u64 mapped_ = 0;
};

} // namespace ringside::unicorn
