#include "core/unicorn/flush_stub.hpp"

#include "core/host_error.hpp"
#include "core/unicorn/posture.hpp"

#include <sys/mman.h>

namespace ringside::unicorn {

namespace {

// Offsets in the stub.
constexpr u64 flush_all_entry = 0;
constexpr u64 flush_pages_entry = 0x40;
constexpr u64 data_page = page_size_4k;
// mov cr3, rax; hlt
constexpr std::array<u8, 4> flush_all_code{0x0f, 0x22, 0xd8, 0xf4};
// again: lodsq; invlpg [rax]; dec ecx; jnz again; hlt
constexpr std::array<u8, 10> flush_pages_code{0x48, 0xad, 0x0f, 0x01, 0x38,
                                              0xff, 0xc9, 0x75, 0xf7, 0xf4};

} // namespace

FlushStub::FlushStub(uc_engine* engine, HiddenTables const& tables)
    : engine_{engine}
    , base_{tables.stub_base()}
    , root_{tables.stub_root()}
    , context_{engine} {
    void* const memory = ::mmap(nullptr, 2 * page_size_4k, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        throw HostError("cannot allocate the engine's flush stub");
    }
    memory_ = static_cast<u8*>(memory);
    std::memcpy(memory_, flush_all_code.data(), flush_all_code.size());
    std::memcpy(memory_ + flush_pages_entry, flush_pages_code.data(), flush_pages_code.size());
    require(uc_mem_map_ptr(engine, base_, 2 * page_size_4k, UC_PROT_ALL, memory), "uc_mem_map_ptr");
    dress_once(context_);
    CoreState& core = context_.core();
    core.rflags = rflags::Fixed1;
    core.df = 1;
    // Privilege 0 with the SMAP bit: its one leftover TLB entry lies in a TLB that no guest uses.
    core.hflags = hflag::OSFXSR | hflag::PE | hflag::LMA | hflag::CS64 | hflag::CS32 | hflag::SS32 |
                  hflag::SMAP;
    core.segments[1].base = 0;
    core.cr[3] = root_;
}

FlushStub::~FlushStub() {
    ::munmap(memory_, 2 * page_size_4k);
}

void FlushStub::flush_pages(std::span<u64 const> pages) {
    std::memcpy(memory_ + data_page, pages.data(), pages.size_bytes());
    execute(flush_pages_entry, 0, pages.size());
}

void FlushStub::flush_all() {
    execute(flush_all_entry, root_, 0);
}

void FlushStub::execute(u64 entry, u64 rax, u64 rcx) {
    CoreState& core = context_.core();
    core.gpr[0] = rax;
    core.gpr[1] = rcx;
    core.gpr[6] = base_ + data_page;
    core.rip = base_ + entry;
    context_.restore_core();
    require(uc_emu_start(engine_, base_ + entry, 0, 0, 0), "flush stub");
}

} // namespace ringside::unicorn
