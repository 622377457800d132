#include "core/unicorn/hidden_tables.hpp"

#include "core/host_error.hpp"
#include "core/unicorn/context.hpp"

#include <cstring>
#include <sys/mman.h>

namespace ringside::unicorn {

HiddenTables::HiddenTables(uc_engine* engine, u64 hole)
    : base_{hole} {
    void* const memory = ::mmap(nullptr, tables_size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        throw HostError("cannot allocate the engine's page tables");
    }
    memory_ = static_cast<u8*>(memory);
    require(uc_mem_map_ptr(engine, base_, tables_size, UC_PROT_ALL, memory), "uc_mem_map_ptr");
    roots_ = {new_table(), new_table()};
    stub_root_ = new_table();
    // The stub's own path: code page and data page.
    *make(stub_root_, LinearAddress{stub_base()}) = stub_base() | pte::P | pte::A;
    *make(stub_root_, LinearAddress{stub_base() + page_size_4k}) =
        (stub_base() + page_size_4k) | pte::P | pte::W | pte::A | pte::D | pte::NX;
    used_at_reset_ = used_;
}

HiddenTables::~HiddenTables() {
    ::munmap(memory_, tables_size);
}

u64 HiddenTables::new_table() {
    RINGSIDE_ENSURE(used_ + page_size_4k <= tables_size, "callers ask has_room() first");
    u64 const table = base_ + used_;
    std::memset(memory_ + used_, 0, page_size_4k);
    used_ += page_size_4k;
    return table;
}

u64* HiddenTables::find(u64 root, LinearAddress page) const {
    u64 table = root;
    for (unsigned const shift : {39U, 30U, 21U}) {
        u64 const entry = entries(table)[(page.value() >> shift) & 511U];
        if ((entry & pte::P) == 0) {
            return nullptr;
        }
        table = entry & pte::frame_mask;
    }
    return &entries(table)[(page.value() >> 12U) & 511U];
}

u64* HiddenTables::make(u64 root, LinearAddress page) {
    u64 table = root;
    for (unsigned const shift : {39U, 30U, 21U}) {
        u64& entry = entries(table)[(page.value() >> shift) & 511U];
        if ((entry & pte::P) == 0) {
            entry = new_table() | pte::P | pte::W | pte::U | pte::A;
        }
        table = entry & pte::frame_mask;
    }
    return &entries(table)[(page.value() >> 12U) & 511U];
}

void HiddenTables::reset() {
    for (u64 const root : roots_) {
        std::memset(entries(root), 0, page_size_4k);
    }
    used_ = used_at_reset_;
}

} // namespace ringside::unicorn
