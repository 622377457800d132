#pragma once
// Guest-physical memory: RAM in a memfd, so that the engine can show any frame at any linear page
// by aliasing it (docs/architecture.md, "hidden page tables and aliased windows"). Knows for every
// frame how often its code changed and whether it may have changed since the last keyframe.
#include "core/x86/memory.hpp"

#include <cstring>
#include <memory>
#include <span>
#include <vector>

namespace ringside {

// Pages at physical addresses beyond RAM at which the engine may be shown what a device says.
struct DevicePages {
    u64 first = ~u64{0}; // physical address
    u64 size = 0;
    [[nodiscard]] bool hold(PhysicalAddress address) const {
        return address.value() - first < size;
    }
};

class Ram final : public PhysicalMemory {
public:
    explicit Ram(u64 size, DevicePages device_pages = {}); // sizes are multiples of 4096
    Ram(Ram const&) = delete;
    Ram(Ram&&) = delete;
    Ram& operator=(Ram const&) = delete;
    Ram& operator=(Ram&&) = delete;
    ~Ram() override;

    [[nodiscard]] u32 read32(PhysicalAddress address) const override {
        return read_word<u32>(address);
    }
    [[nodiscard]] u64 read64(PhysicalAddress address) const override {
        return read_word<u64>(address);
    }
    void write32(PhysicalAddress address, u32 value) override { write(address, 4, value); }
    void write64(PhysicalAddress address, u64 value) override { write(address, 8, value); }

    // 1 to 8 bytes; may cross frames. Unbacked bytes read as 0xff and swallow writes.
    [[nodiscard]] u64 read(PhysicalAddress address, unsigned size) const;
    // Any number of bytes.
    void copy_out(PhysicalAddress address, std::span<u8> into) const;
    void write(PhysicalAddress address, unsigned size, u64 value);
    void write_bytes(PhysicalAddress address, std::span<u8 const> bytes);

    // A ROM, in whole frames: it ends at 1 MiB, in place of the RAM there, and shows once more at
    // the end of 4 GiB. Writes are swallowed. Set once, before the machine runs.
    static constexpr u64 largest_rom = u64{256} << 10U;
    void set_rom(std::span<u8 const> bytes);
    [[nodiscard]] bool is_rom(PhysicalAddress address) const {
        return home(address).value() - rom_start() < rom_.size();
    }
    // The address at which the same byte is found below 1 MiB, for one of the ROM's upper copy.
    [[nodiscard]] PhysicalAddress home(PhysicalAddress address) const {
        u64 const below_4g = four_gibibytes - address.value(); // 1 is the last byte
        return below_4g - 1 < rom_.size() ? PhysicalAddress{rom_end - below_4g} : address;
    }

    [[nodiscard]] u64 size() const { return size_; }
    [[nodiscard]] bool backs(PhysicalAddress address) const {
        return address.value() < size_ || home(address) != address;
    }
    // Does a store to this frame change it?
    [[nodiscard]] bool takes_writes(PhysicalAddress frame) const {
        return frame.value() < size_ && !is_rom(frame);
    }
    [[nodiscard]] std::span<u8 const> bytes() const { return {data_, size_}; }
    [[nodiscard]] u8 const* frame(u64 number) const { return data_ + number * page_size_4k; }
    [[nodiscard]] u64 frame_count() const { return size_ / page_size_4k; }

    // For the engine's windows: the memfd, and the offset in it that shows this frame. Unbacked
    // frames show one page of ones that lies behind RAM, but devices' pages a page each, of ones
    // outside of a device access.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] u64 descriptor_size() const { return size_ + page_size_4k + device_pages_.size; }
    [[nodiscard]] u64 window_offset(PhysicalAddress frame) const {
        return backs(frame) ? home(frame).value()
               : device_pages_.hold(frame)
                   ? size_ + page_size_4k + (frame.value() - device_pages_.first)
                   : size_;
    }
    [[nodiscard]] std::span<u8> device_bytes(PhysicalAddress address, std::size_t size) {
        return {data_ + window_offset(address), size};
    }

    // A store where no memory is went to that page, one to the ROM into it.
    void repair_unwritable();

    // Code versions: a frame that is executable somewhere is write-protected everywhere; who lets a
    // write through says so here, and translations of an older version are stale.
    [[nodiscard]] u32 code_version(PhysicalAddress frame) const { return version_[index(frame)]; }
    [[nodiscard]] bool is_code(PhysicalAddress frame) const { return is_code_[index(frame)] != 0; }
    void mark_code(PhysicalAddress frame) { is_code_[index(frame)] = 1; }
    // The frame is about to be written: by the guest (the engine maps it writable) or by the model.
    // True if it held code: its executable mappings must go.
    bool about_to_write(PhysicalAddress frame);
    // Frames whose code changed by a write of the model since this was last asked; the engine drops
    // their mappings.
    [[nodiscard]] std::vector<u64> take_changed_code();

    // Keyframes. A frame's content is shared between keyframes as long as it does not change.
    using Frame = std::array<u8, page_size_4k>;
    using Image = std::vector<std::shared_ptr<Frame const>>; // null: all zero
    [[nodiscard]] Image take_image();                        // afterwards nothing is dirty
    void restore_image(Image const& image);                  // afterwards nothing is dirty
    [[nodiscard]] u64 hash() const;                          // of all content

private:
    // Page walks read entries: a load of known size instead of a call.
    template <class Word>
    [[nodiscard]] Word read_word(PhysicalAddress address) const {
        if (address.value() < size_ && size_ - address.value() >= sizeof(Word)) {
            Word word = 0;
            std::memcpy(&word, data_ + address.value(), sizeof word);
            return word;
        }
        return static_cast<Word>(read(address, sizeof(Word)));
    }
    [[nodiscard]] std::size_t index(PhysicalAddress address) const {
        return backs(address) ? home(address).value() / page_size_4k : size_ / page_size_4k;
    }
    static constexpr u64 four_gibibytes = u64{1} << 32U;
    static constexpr u64 rom_end = u64{1} << 20U;
    [[nodiscard]] u64 rom_start() const { return rom_end - rom_.size(); }
    void mark_dirty(std::size_t frame);

    u64 size_;
    DevicePages device_pages_;
    std::vector<u8> rom_; // as it was before stores went into it
    int descriptor_ = -1;
    u8* data_ = nullptr;
    std::vector<u32> version_;
    std::vector<u8> is_code_;
    std::vector<u8> is_dirty_;
    std::vector<u32> dirty_;
    std::vector<u64> changed_code_;
    Image base_; // content at the last keyframe
    std::vector<u64> base_hash_;
    u64 base_hash_sum_ = 0;
};

} // namespace ringside
