#include "core/ram.hpp"

#include "core/host_error.hpp"

#include <array>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace ringside {

namespace {

// One frame's share of the hash: position-dependent, so that equal frames in other places differ.
// All-zero frames count nothing.
u64 frame_hash(u8 const* bytes, std::size_t number) {
    u64 hash = 0x9e3779b97f4a7c15U * (number + 1);
    u64 any = 0;
    for (std::size_t offset = 0; offset < page_size_4k; offset += 8) {
        u64 word = 0;
        std::memcpy(&word, bytes + offset, 8);
        any |= word;
        hash = (hash ^ word) * 0x100000001b3U;
        hash ^= hash >> 29U;
    }
    return any == 0 ? 0 : hash;
}

} // namespace

Ram::Ram(u64 size, DevicePages device_pages)
    : size_{size}
    , device_pages_{device_pages}
    , version_(size / page_size_4k + 1)
    , is_code_(size / page_size_4k + 1)
    , is_dirty_(size / page_size_4k + 1)
    , base_(size / page_size_4k)
    , base_hash_(size / page_size_4k) {
    RINGSIDE_ENSURE(size % page_size_4k == 0, "RAM is whole frames");
    descriptor_ = ::memfd_create("ringside-ram", MFD_CLOEXEC);
    if (descriptor_ < 0 || ::ftruncate(descriptor_, static_cast<off_t>(descriptor_size())) != 0) {
        throw HostError("cannot allocate guest memory; give less with --ram");
    }
    void* const mapped =
        ::mmap(nullptr, descriptor_size(), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (mapped == MAP_FAILED) {
        throw HostError("cannot map guest memory; give less with --ram");
    }
    data_ = static_cast<u8*>(mapped);
    std::memset(data_ + size, 0xff, descriptor_size() - size);
}

void Ram::repair_unwritable() {
    std::memset(data_ + size_, 0xff, page_size_4k);
    if (!rom_.empty()) {
        std::memcpy(data_ + rom_start(), rom_.data(), rom_.size());
    }
}

void Ram::set_rom(std::span<u8 const> bytes) {
    RINGSIDE_ENSURE(bytes.size() % page_size_4k == 0 && bytes.size() <= largest_rom,
                    "a ROM is whole frames");
    write_bytes(PhysicalAddress{rom_end - bytes.size()}, bytes);
    rom_.assign(bytes.begin(), bytes.end());
}

Ram::~Ram() {
    if (data_ != nullptr) {
        ::munmap(data_, descriptor_size());
    }
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

u64 Ram::read(PhysicalAddress address, unsigned size) const {
    u64 value = ~u64{0};
    if (address.value() <= size_ && size <= size_ - address.value()) {
        value = 0;
        std::memcpy(&value, data_ + address.value(), size);
        return value;
    }
    for (unsigned byte = 0; byte < size; ++byte) {
        PhysicalAddress const at = address + byte;
        if (backs(at)) {
            value &= ~(u64{0xff} << (8U * byte));
            value |= u64{data_[home(at).value()]} << (8U * byte);
        }
    }
    return size == 8 ? value : value & ((u64{1} << (8U * size)) - 1);
}

void Ram::copy_out(PhysicalAddress address, std::span<u8> into) const {
    if (address.value() <= size_ && into.size() <= size_ - address.value()) {
        std::memcpy(into.data(), data_ + address.value(), into.size());
        return;
    }
    for (std::size_t i = 0; i < into.size(); ++i) {
        into[i] = backs(address + i) ? data_[home(address + i).value()] : u8{0xff};
    }
}

void Ram::write(PhysicalAddress address, unsigned size, u64 value) {
    std::array<u8, 8> bytes{};
    std::memcpy(bytes.data(), &value, 8);
    write_bytes(address, std::span{bytes}.first(size));
}

void Ram::write_bytes(PhysicalAddress address, std::span<u8 const> bytes) {
    while (!bytes.empty()) {
        std::size_t const piece =
            std::min<std::size_t>(bytes.size(), page_size_4k - address.page_offset());
        if (takes_writes(address)) {
            if (about_to_write(address.page())) {
                changed_code_.push_back(address.page().value());
            }
            std::memcpy(data_ + address.value(), bytes.data(), piece);
        }
        bytes = bytes.subspan(piece);
        address = address + piece;
    }
}

bool Ram::about_to_write(PhysicalAddress frame) {
    if (!takes_writes(frame)) {
        return false;
    }
    std::size_t const number = index(frame);
    mark_dirty(number);
    if (is_code_[number] == 0) {
        return false;
    }
    is_code_[number] = 0;
    ++version_[number];
    return true;
}

std::vector<u64> Ram::take_changed_code() {
    return std::exchange(changed_code_, {});
}

void Ram::mark_dirty(std::size_t frame) {
    if (is_dirty_[frame] == 0) {
        is_dirty_[frame] = 1;
        dirty_.push_back(static_cast<u32>(frame));
    }
}

Ram::Image Ram::take_image() {
    for (u32 const number : dirty_) {
        u8 const* const now = frame(number);
        u64 const hash = frame_hash(now, number);
        is_dirty_[number] = 0;
        bool const same =
            base_[number] ? std::memcmp(base_[number]->data(), now, page_size_4k) == 0 : hash == 0;
        if (same) {
            continue;
        }
        base_hash_sum_ += hash - base_hash_[number];
        base_hash_[number] = hash;
        auto content = std::make_shared<Frame>();
        std::memcpy(content->data(), now, page_size_4k);
        base_[number] = hash == 0 ? nullptr : std::move(content);
    }
    dirty_.clear();
    return base_;
}

void Ram::restore_image(Image const& image) {
    for (std::size_t number = 0; number < image.size(); ++number) {
        if (is_dirty_[number] == 0 && base_[number] == image[number]) {
            continue;
        }
        is_dirty_[number] = 0;
        u8* const here = data_ + number * page_size_4k;
        if (image[number]) {
            std::memcpy(here, image[number]->data(), page_size_4k);
        } else {
            std::memset(here, 0, page_size_4k);
        }
        is_code_[number] = 0;
        ++version_[number];
        u64 const hash = frame_hash(here, number);
        base_hash_sum_ += hash - base_hash_[number];
        base_hash_[number] = hash;
    }
    dirty_.clear();
    changed_code_.clear();
    base_ = image;
}

u64 Ram::hash() const {
    u64 sum = base_hash_sum_;
    for (u32 const number : dirty_) {
        sum += frame_hash(frame(number), number) - base_hash_[number];
    }
    return sum;
}

} // namespace ringside
