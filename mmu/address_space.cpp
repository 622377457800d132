#include "mmu/mmu.hpp"
#include "mmu/page_table_entry.hpp"
#include "mmu/permissions.hpp"

namespace ringside::mmu {

namespace {

// 2^22 entries are the page tables of 16 GiB: more than any guest here, and listed in a blink.
constexpr unsigned max_entries_read = 1U << 22U;

class MappingList {
public:
    MappingList(PhysicalMemory const& memory, PagingContext const& context)
        : memory_{memory}
        , context_{context} {}

    void visit_table(PhysicalAddress table, PagingLevel level, u64 start, PathRights path) {
        u64 const span = u64{1} << span_width(context_.mode, level);
        for (unsigned index = 0; index < entry_count(context_.mode, level); ++index) {
            if (++entries_read_ > max_entries_read) {
                return;
            }
            PageTableEntry const entry = read_entry(memory_, context_, level,
                                                    table + u64{index} * entry_size(context_.mode));
            bool const pdpte_register =
                context_.mode == PagingMode::PAE && level == PagingLevel::PDPT;
            bool const usable =
                entry.present() &&
                (pdpte_register || (entry.raw() & reserved_bits(context_, level, entry)) == 0);
            if (usable) {
                visit_entry(entry, level, start + index * span,
                            pdpte_register ? path : path.through(entry));
            }
        }
    }

    [[nodiscard]] std::vector<MappedRange> take() { return std::move(ranges_); }

private:
    void visit_entry(PageTableEntry entry, PagingLevel level, u64 start, PathRights rights) {
        if (!maps_page(context_, level, entry)) {
            visit_table(entry.table(), next_level(level), start, rights);
            return;
        }
        u64 const size = u64{1} << span_width(context_.mode, level);
        append({
            .start = canonical(start),
            .size = size,
            .physical = frame(context_.mode, level, entry),
            .page_size = size,
            .user = rights.user,
            .writable = rights.writable,
            .no_execute = rights.no_execute,
            .global = entry.global() && context_.pge,
            .accessed = entry.accessed(),
            .dirty = entry.dirty(),
        });
    }

    // The upper half of a 48-bit linear address space has bits 63:48 set.
    [[nodiscard]] LinearAddress canonical(u64 address) const {
        bool const upper = context_.mode == PagingMode::Level4 && bit<47>(address);
        return LinearAddress{upper ? address | ~low_mask(48) : address};
    }

    void append(MappedRange const& page) {
        if (!ranges_.empty()) {
            MappedRange& last = ranges_.back();
            MappedRange next = last;
            next.start = last.start + last.size;
            next.physical = last.physical + last.size;
            next.size = page.size;
            if (next == page) {
                last.size += page.size;
                return;
            }
        }
        ranges_.push_back(page);
    }

    PhysicalMemory const& memory_;
    PagingContext const& context_;
    std::vector<MappedRange> ranges_;
    unsigned entries_read_ = 0;
};

} // namespace

std::vector<MappedRange> list_mappings(PhysicalMemory const& memory, PagingContext const& context) {
    if (context.mode == PagingMode::None) {
        return {};
    }
    MappingList list{memory, context};
    list.visit_table(root_table(context), top_level(context.mode), 0, {});
    return list.take();
}

} // namespace ringside::mmu
