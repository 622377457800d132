#pragma once
// Reading the GDT and the LDT (SDM volume 3, section 3.5.1). They live at linear addresses and are
// always read with supervisor rights, whatever CPL is (section 5.6).
#include "seg/checker.hpp"
#include "seg/records.hpp"

#include <optional>

namespace ringside::seg {

// A descriptor and where it was found.
struct FetchedDescriptor {
    Selector selector{};
    LinearAddress address{};
    SegmentDescriptor descriptor{};
    u64 upper = 0; // the second half of a 16-byte system descriptor
};

[[nodiscard]] constexpr bool is_canonical(u64 address) {
    u64 const top = address >> 47U; // 4-level paging: bits 63:47 are all equal
    return top == 0 || top == 0x1ffff;
}

// Base + offset as a linear address: 64 bits wide only in IA-32e mode.
[[nodiscard]] constexpr LinearAddress table_entry(SegmentState const& state, u64 base, u64 offset) {
    u64 const sum = base + offset;
    return LinearAddress{state.long_mode_active ? sum : sum & low_mask(32)};
}

// Where the selector's descriptor lies; nothing when its last byte is beyond the table's limit.
[[nodiscard]] std::optional<LinearAddress> locate(SegmentState const& state, Selector selector,
                                                  u32 size = 8);

// Checks the table's limit, then reads; a selector out of the table is `vector`(selector).
[[nodiscard]] bool fetch_descriptor(Checker& check, SegmentState const& state, LinearMemory& memory,
                                    Selector selector, ExceptionVector vector,
                                    FetchedDescriptor& into);

// The second half of a 16-byte descriptor whose first half was fetched: limit, read, and its type
// field, which is 0.
[[nodiscard]] bool fetch_upper_half(Checker& check, SegmentState const& state, LinearMemory& memory,
                                    Rule const& type_rule, FetchedDescriptor& fetched);

// Lists the write of the type byte with `set` added, if that changes it. The write is probed: it
// can page-fault.
[[nodiscard]] bool mark_type(Checker& check, LinearMemory& memory, WriteList& writes,
                             FetchedDescriptor const& fetched, u8 set);
// Bit 0 of a code or data descriptor's type: accessed.
[[nodiscard]] inline bool mark_accessed(Checker& check, LinearMemory& memory, WriteList& writes,
                                        FetchedDescriptor const& fetched) {
    return fetched.descriptor.accessed() || mark_type(check, memory, writes, fetched, 1);
}

} // namespace ringside::seg
