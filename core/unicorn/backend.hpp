#pragma once
// What differs between Unicorn versions. 2.0.x checks hidden page tables but does not translate by
// them (linear is "physical"), so guest frames are shown by aliasing the RAM memfd into large
// windows, one frame per linear page at a time. 2.1.x translates: RAM is one region and a hidden
// entry holds the real frame.
#include "core/ram.hpp"
#include "core/x86/address.hpp"

#include <unicorn/unicorn.h>

#include <memory>
#include <optional>

namespace ringside::unicorn {

class Backend {
public:
    Backend() = default;
    Backend(Backend const&) = delete;
    Backend(Backend&&) = delete;
    Backend& operator=(Backend const&) = delete;
    Backend& operator=(Backend&&) = delete;
    virtual ~Backend() = default;

    // Does this page show exactly one frame at a time, whoever looks?
    [[nodiscard]] virtual bool one_frame_per_page() const = 0;
    // The frame shown there now; nothing if none, or if it does not matter.
    [[nodiscard]] virtual std::optional<PhysicalAddress> shown(LinearAddress page) const = 0;
    // The core reached for an address where it has nothing at all: gives it something, so that it
    // asks its page tables. Inside a run.
    virtual void uncover(LinearAddress address) = 0;
    // It has so many windows that a new core serves better than one more.
    [[nodiscard]] virtual bool is_worn_out() const = 0;
    // Can `place` work without making a new window (which must not happen inside a run)?
    [[nodiscard]] virtual bool has_window(LinearAddress page) const = 0;
    virtual void place(LinearAddress page, PhysicalAddress frame) = 0;
    // The address bits of a hidden entry.
    [[nodiscard]] virtual u64 frame_bits(LinearAddress page, PhysicalAddress frame) const = 0;

    // `hole`: the gibibyte in which the core keeps its tables.
    static std::unique_ptr<Backend> make(uc_engine* engine, Ram& ram, u64 hole);
};

} // namespace ringside::unicorn
