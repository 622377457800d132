#include "core/unicorn/backend.hpp"

#include "core/host_error.hpp"
#include "core/unicorn/context.hpp"
#include "core/unicorn/hidden_tables.hpp"
#include "seg/descriptor_table.hpp"

#include <map>
#include <sys/mman.h>
#include <unordered_map>

namespace ringside::unicorn {

namespace {

constexpr u64 gibibyte = u64{1} << 30U;
// 32-bit guests name 4 GiB; the second 4 GiB catches accesses that straddle the top.
constexpr u64 low_window_size = 8 * gibibyte;
constexpr u64 high_window_size = gibibyte;
// Every region makes the next one dearer; opening a core costs as much as twenty of them.
constexpr std::size_t most_regions = 64;

class AliasedWindows final : public Backend {
public:
    AliasedWindows(uc_engine* engine, Ram& ram, u64 hole)
        : engine_{engine}
        , ram_{ram}
        , hole_{hole} {
        open_window(0, low_window_size);
    }
    AliasedWindows(AliasedWindows const&) = delete;
    AliasedWindows(AliasedWindows&&) = delete;
    AliasedWindows& operator=(AliasedWindows const&) = delete;
    AliasedWindows& operator=(AliasedWindows&&) = delete;
    ~AliasedWindows() override {
        for (auto const& [base, window] : windows_) {
            ::munmap(window.memory, window.size);
        }
        if (nothing_ != nullptr) {
            ::munmap(nothing_, page_size_4k);
        }
    }

    void uncover(LinearAddress address) override {
        bool const fits =
            seg::is_canonical(address.value()) && address.value() - hole_ >= hole_size;
        if (fits && !is_worn_out()) {
            open_window(address.value() & ~(high_window_size - 1), high_window_size);
        } else {
            cover_nothing(address.page());
        }
    }
    [[nodiscard]] bool is_worn_out() const override {
        return windows_.size() + covered_ >= most_regions;
    }

    [[nodiscard]] bool one_frame_per_page() const override { return true; }
    [[nodiscard]] std::optional<PhysicalAddress> shown(LinearAddress page) const override {
        auto const found = shown_.find(page.value());
        return found == shown_.end() ? std::nullopt : std::optional{PhysicalAddress{found->second}};
    }
    [[nodiscard]] bool has_window(LinearAddress page) const override {
        return find(page) != nullptr;
    }

    void place(LinearAddress page, PhysicalAddress frame) override {
        u64& now = shown_.try_emplace(page.value(), ~u64{0}).first->second;
        if (now == frame.value()) {
            return;
        }
        Window const* window = find(page);
        if (window == nullptr) {
            open_window(page.value() & ~(high_window_size - 1), high_window_size);
            window = find(page);
        }
        void* const aliased =
            ::mmap(window->memory + (page.value() - window->base), page_size_4k,
                   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, ram_.descriptor(),
                   static_cast<off_t>(ram_.window_offset(frame)));
        if (aliased == MAP_FAILED) {
            throw HostError("the host refuses one more page mapping (vm.max_map_count)");
        }
        now = frame.value();
    }
    // 2.0.x ignores the frame; the true one is kept for whoever reads the hidden tables.
    [[nodiscard]] u64 frame_bits(LinearAddress /*page*/, PhysicalAddress frame) const override {
        return frame.value() & 0x000000fffffff000U;
    }

private:
    struct Window {
        u64 base;
        u64 size;
        u8* memory;
    };
    [[nodiscard]] Window const* find(LinearAddress page) const {
        auto const after = windows_.upper_bound(page.value());
        if (after == windows_.begin()) {
            return nullptr;
        }
        Window const& window = std::prev(after)->second;
        return page.value() - window.base < window.size ? &window : nullptr;
    }
    void open_window(u64 base, u64 size) {
        void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) {
            throw HostError(
                "cannot reserve address space for the guest (is there a limit, ulimit -v?)");
        }
        windows_[base] = {.base = base, .size = size, .memory = static_cast<u8*>(memory)};
        require(uc_mem_map_ptr(engine_, base, size, UC_PROT_ALL, memory), "uc_mem_map_ptr");
    }

    // An address that no guest page can have in this core: the page is here for the question alone.
    void cover_nothing(LinearAddress page) {
        if (nothing_ == nullptr) {
            void* const memory =
                ::mmap(nullptr, page_size_4k, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (memory == MAP_FAILED) {
                throw HostError("cannot allocate a page for the engine");
            }
            nothing_ = memory;
        }
        ++covered_;
        require(uc_mem_map_ptr(engine_, page.value(), page_size_4k, UC_PROT_ALL, nothing_),
                "uc_mem_map_ptr");
    }

    uc_engine* engine_;
    Ram& ram_;
    u64 hole_;
    void* nothing_ = nullptr;
    std::size_t covered_ = 0;
    std::map<u64, Window> windows_;
    std::unordered_map<u64, u64> shown_;
};

#if UC_API_MAJOR == 2 && UC_API_MINOR >= 1
class RealFrames final : public Backend {
public:
    RealFrames(uc_engine* engine, Ram& ram)
        : ram_{ram}
        , size_{ram.descriptor_size()} {
        memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, ram.descriptor(), 0);
        if (memory_ == MAP_FAILED) {
            throw HostError("cannot map guest memory for the engine");
        }
        require(uc_mem_map_ptr(engine, 0, size_, UC_PROT_ALL, memory_), "uc_mem_map_ptr");
    }
    RealFrames(RealFrames const&) = delete;
    RealFrames(RealFrames&&) = delete;
    RealFrames& operator=(RealFrames const&) = delete;
    RealFrames& operator=(RealFrames&&) = delete;
    ~RealFrames() override { ::munmap(memory_, size_); }
    [[nodiscard]] bool one_frame_per_page() const override { return false; }
    [[nodiscard]] std::optional<PhysicalAddress> shown(LinearAddress /*page*/) const override {
        return {};
    }
    void uncover(LinearAddress /*address*/) override {}
    [[nodiscard]] bool is_worn_out() const override { return false; }
    [[nodiscard]] bool has_window(LinearAddress /*page*/) const override { return true; }
    void place(LinearAddress /*page*/, PhysicalAddress /*frame*/) override {}
    [[nodiscard]] u64 frame_bits(LinearAddress /*page*/, PhysicalAddress frame) const override {
        return ram_.window_offset(frame);
    }

private:
    Ram const& ram_;
    u64 size_;
    void* memory_ = nullptr;
};
#endif

} // namespace

std::unique_ptr<Backend> Backend::make(uc_engine* engine, Ram& ram, u64 hole) {
#if UC_API_MAJOR == 2 && UC_API_MINOR >= 1
    unsigned major = 0;
    unsigned minor = 0;
    uc_version(&major, &minor);
    if (minor >= 1) {
        return std::make_unique<RealFrames>(engine, ram);
    }
#endif
    return std::make_unique<AliasedWindows>(engine, ram, hole);
}

} // namespace ringside::unicorn
