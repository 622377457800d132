#include "core/symbols/symbols.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace ringside {

namespace {

// Of an address that is not before the symbol. Without a size a symbol reaches to the next one; the
// last of a section would reach over whatever else is mapped above it.
bool covers(Symbol const& symbol, u64 address) {
    return symbol.size == 0 ? address < symbol.section_end || address == symbol.address
                            : address - symbol.address < symbol.size;
}

} // namespace

std::optional<CodePlace> Symbols::at(u64 address) const {
    CodePlace place;
    auto const behind =
        std::upper_bound(symbols_.begin(), symbols_.end(), address,
                         [](u64 value, Symbol const& symbol) { return value < symbol.address; });
    // A function that covers the address wins over a label before it; assembly often has labels
    // only.
    Symbol const* label = nullptr;
    for (auto it = behind; it != symbols_.begin();) {
        --it;
        if (it->function && covers(*it, address)) {
            label = &*it;
            break;
        }
        if (label == nullptr && it->size == 0 && covers(*it, address)) {
            label = &*it;
        }
        if (behind - it > 64) {
            break;
        }
    }
    if (label != nullptr) {
        place.function = label->name;
        place.function_start = label->address;
        place.offset = address - label->address;
    }
    auto row =
        std::upper_bound(lines_.begin(), lines_.end(), address,
                         [](u64 value, LineRow const& line) { return value < line.address; });
    if (row != lines_.begin() && !(--row)->end && row->line != 0) {
        place.file = files_[row->file];
        place.line = row->line;
        place.line_start = row->address;
    }
    if (place.function.empty() && place.file.empty()) {
        return std::nullopt;
    }
    return place;
}

std::string Symbols::name_of(u64 address) const {
    auto const place = at(address);
    if (!place || place->function.empty()) {
        return {};
    }
    std::string name{place->function};
    if (place->offset != 0) {
        std::array<char, 17> digits{};
        char* const end =
            std::to_chars(digits.data(), digits.data() + digits.size(), place->offset, 16).ptr;
        name += "+0x";
        name.append(digits.data(), end);
    }
    return name;
}

std::optional<u64> Symbols::address_of(std::string_view name) const {
    auto const found = std::find_if(symbols_.begin(), symbols_.end(),
                                    [&](Symbol const& symbol) { return symbol.name == name; });
    if (found == symbols_.end()) {
        return std::nullopt;
    }
    return found->address;
}

u64 Symbols::size_of(u64 start) const {
    auto const behind =
        std::upper_bound(symbols_.begin(), symbols_.end(), start,
                         [](u64 value, Symbol const& symbol) { return value < symbol.address; });
    u64 size = 0;
    for (auto it = behind; it != symbols_.begin() && (it - 1)->address == start; --it) {
        size = std::max(size, (it - 1)->size);
    }
    bool const known = behind != symbols_.begin() && (behind - 1)->address == start;
    if (known && size == 0) {
        u64 const section_end = (behind - 1)->section_end;
        u64 const end =
            behind == symbols_.end() ? section_end : std::min(behind->address, section_end);
        return std::max(end, start) - start;
    }
    return size;
}

std::vector<Member> const& Symbols::members_of(std::string_view structure) const {
    static std::vector<Member> const none;
    auto const found = structures_.find(structure);
    return found == structures_.end() ? none : found->second;
}

std::vector<u64> Symbols::addresses_of(std::string_view file, u32 line) const {
    std::vector<u64> addresses;
    LineRow const* previous = nullptr;
    for (LineRow const& row : lines_) {
        bool const match = !row.end && row.line == line && row.statement &&
                           std::string_view{files_[row.file]}.ends_with(file);
        // A loop head has several rows: only where the line is entered, not where it goes on.
        bool const entered = previous == nullptr || previous->end || previous->file != row.file ||
                             previous->line != row.line;
        if (match && entered) {
            addresses.push_back(row.address);
        }
        previous = &row;
    }
    return addresses;
}

} // namespace ringside
