#pragma once
// A device's state as numbers. One function of each device names its fields in order; it serves
// keyframes (save and restore) and the hash of the machine's state alike, so no field can be in one
// and forgotten in another.
#include "core/x86/integers.hpp"

#include <array>
#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace ringside {

// A page of bytes that does not change any more; keyframes share it. `hash` stands for the bytes.
struct StoredPage {
    std::array<u8, 4096> bytes{};
    u64 hash = 0;
};

struct DeviceState {
    std::vector<u64> numbers;
    std::vector<std::shared_ptr<StoredPage const>> pages;
};

class StateStream {
public:
    // Appends each field that is named, or sets it.
    static StateStream saving(DeviceState& into) { return StateStream{&into, nullptr}; }
    static StateStream restoring(DeviceState const& from) { return StateStream{nullptr, &from}; }

    [[nodiscard]] bool restores() const { return from_ != nullptr; }

    template <class Field>
    requires std::integral<Field> || std::is_enum_v<Field>
    void number(Field& field) {
        if (restores()) {
            field = static_cast<Field>(from_->numbers[next_number_++]);
        } else {
            into_->numbers.push_back(static_cast<u64>(field));
        }
    }
    template <class Field>
    void optional(std::optional<Field>& field) {
        bool has = field.has_value();
        Field value = field.value_or(Field{});
        number(has);
        number(value);
        field = has ? std::optional{value} : std::nullopt;
    }
    void page(std::shared_ptr<StoredPage const>& page) {
        if (restores()) {
            page = from_->pages[next_page_++];
            ++next_number_;
        } else {
            into_->numbers.push_back(page->hash);
            into_->pages.push_back(page);
        }
    }

private:
    StateStream(DeviceState* into, DeviceState const* from)
        : into_{into}
        , from_{from} {}

    DeviceState* into_;
    DeviceState const* from_;
    std::size_t next_number_ = 0;
    std::size_t next_page_ = 0;
};

} // namespace ringside
