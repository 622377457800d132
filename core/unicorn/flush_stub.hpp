#pragma once
// Drops entries from the core's own TLBs by letting it execute INVLPG and MOV to CR3 itself: a few
// hidden instructions at privilege 0 in a root that no guest runs under. Never called inside a run.
#include "core/unicorn/context.hpp"
#include "core/unicorn/hidden_tables.hpp"

namespace ringside::unicorn {

class FlushStub {
public:
    FlushStub(uc_engine* engine, HiddenTables const& tables);
    FlushStub(FlushStub const&) = delete;
    FlushStub(FlushStub&&) = delete;
    FlushStub& operator=(FlushStub const&) = delete;
    FlushStub& operator=(FlushStub&&) = delete;
    ~FlushStub();

    // More pages than this cost more one by one than a whole flush and its refills.
    static constexpr std::size_t most_pages = 30;
    // The engine's registers are lost: restore a context afterwards.
    void flush_pages(std::span<u64 const> pages);
    void flush_all();

private:
    void execute(u64 entry, u64 rax, u64 rcx);

    uc_engine* engine_;
    u64 base_;
    u64 root_;
    u8* memory_ = nullptr;
    Context context_;
};

} // namespace ringside::unicorn
