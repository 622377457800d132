#include "core/unicorn/mappings.hpp"

#include "core/unicorn/context.hpp"

#include <algorithm>

namespace ringside::unicorn {

namespace {

constexpr u64 four_gibibytes = u64{1} << 32U;

bool is_executable(u64 entry) {
    return (entry & pte::P) != 0 && (entry & pte::NX) == 0;
}
bool is_writable(u64 entry) {
    return (entry & (pte::P | pte::W)) == (pte::P | pte::W);
}

bool allows(u64 entry, mmu::AccessType access) {
    switch (access) {
    case mmu::AccessType::Read:
        return (entry & pte::P) != 0;
    case mmu::AccessType::Write:
        return is_writable(entry);
    case mmu::AccessType::Fetch:
        break;
    }
    return is_executable(entry);
}

} // namespace

Mappings::Mappings(uc_engine* engine, Ram& ram, unsigned hole)
    : engine_{engine}
    , ram_{ram}
    , hole_{hole}
    , tables_{engine, hole_base(hole)}
    , backend_{Backend::make(engine, ram, hole_base(hole))}
    , stub_{engine, tables_}
    , places_(ram.frame_count() + 1) {}

std::vector<Mappings::Place>& Mappings::places(u64 frame) {
    return places_[std::min<u64>(frame / page_size_4k, places_.size() - 1)];
}

void Mappings::note_flush(u64 page) {
    if (pending_flushes_.size() < FlushStub::most_pages) {
        pending_flushes_.push_back(page);
    } else {
        pending_flush_all_ = true;
    }
}

void Mappings::remove_place(u64 frame, PrivilegeClass who, u64 page) {
    std::vector<Place>& all = places(frame);
    auto const found = std::ranges::find_if(
        all, [&](Place const& place) { return place.who == who && place.page == page; });
    if (found != all.end()) {
        *found = all.back();
        all.pop_back();
    }
}

void Mappings::remove(PrivilegeClass who, u64 page, u64& entry) {
    remove_place(entry & pte::frame_mask, who, page);
    entry = 0;
    --mapped_;
    note_flush(page);
}

bool Mappings::exclude(u64 frame, bool executable) {
    bool was_free = true;
    std::vector<Place> const all = places(frame);
    for (Place const& place : all) {
        u64* const entry = tables_.find(tables_.root(place.who), LinearAddress{place.page});
        if (entry != nullptr && (executable ? is_executable(*entry) : is_writable(*entry))) {
            remove(place.who, place.page, *entry);
            was_free = false;
        }
    }
    return was_free;
}

bool Mappings::make_way(PrivilegeClass who, LinearAddress page, PhysicalAddress frame) {
    if (tables_.hold(page)) {
        needs_hole_ = true;
        return false;
    }
    if (!backend_->has_window(page)) {
        needs_window_ = backend_->is_worn_out();
        pending_window_ = {page.value(), frame.value()};
        return false;
    }
    if (!tables_.has_room()) {
        drop_all();
        return false;
    }
    bool is_free = true;
    for (PrivilegeClass const other : {PrivilegeClass::Supervisor, PrivilegeClass::User}) {
        if (other != who && !backend_->one_frame_per_page()) {
            continue;
        }
        u64* const entry = tables_.find(tables_.root(other), page);
        bool const shows_another = entry != nullptr && (*entry & pte::P) != 0 &&
                                   (*entry & pte::frame_mask) != backend_->frame_bits(page, frame);
        if (shows_another) {
            remove(other, page.value(), *entry);
            is_free = false;
        }
    }
    return is_free;
}

bool Mappings::is_new_code(PrivilegeClass who, LinearAddress page, PhysicalAddress frame) {
    CodeTag const tag{frame.value(), ram_.code_version(frame)};
    auto const [found, is_first] =
        code_tags_[static_cast<std::size_t>(who)].try_emplace(page.value(), tag);
    if (is_first || (found->second.frame == tag.frame && found->second.version == tag.version)) {
        return false;
    }
    found->second = tag;
    return true;
}

// The present entry of this page, readable; and the frame shows there.
u64& Mappings::entry_for(PrivilegeClass who, LinearAddress page, PhysicalAddress frame) {
    u64& entry = *tables_.make(tables_.root(who), page);
    if ((entry & pte::P) == 0) {
        places(frame.value()).push_back({who, page.value()});
        ++mapped_;
        entry = backend_->frame_bits(page, frame) | pte::P | pte::A | pte::NX |
                (who == PrivilegeClass::User ? pte::U : 0);
    }
    backend_->place(page, frame);
    return entry;
}

Grant Mappings::grant_write_beside_code(PrivilegeClass who, LinearAddress page,
                                        PhysicalAddress frame) {
    if (!make_way(who, page, frame)) {
        return Grant::Later;
    }
    static_cast<void>(ram_.about_to_write(frame));
    entry_for(who, page, frame) |= pte::W | pte::D;
    return Grant::Done;
}

Grant Mappings::grant(PrivilegeClass who, LinearAddress page, PhysicalAddress frame,
                      mmu::AccessType access) {
    bool way_is_free = make_way(who, page, frame);
    if (access == mmu::AccessType::Write && ram_.about_to_write(frame)) {
        way_is_free = exclude(frame.value(), true) && way_is_free;
    } else if (access == mmu::AccessType::Fetch) {
        way_is_free = exclude(frame.value(), false) && way_is_free;
    }
    if (!way_is_free) {
        return Grant::Later;
    }
    u64& entry = entry_for(who, page, frame);
    if (access == mmu::AccessType::Write) {
        entry |= pte::W | pte::D;
    } else if (access == mmu::AccessType::Fetch) {
        ram_.mark_code(frame);
        entry &= ~pte::NX;
        if (is_new_code(who, page, frame)) {
            // Now is the only right moment: the page is present and executable for the class that
            // runs.
            uc_ctl_remove_cache(engine_, page.value(), page.value() + page_size_4k);
            return Grant::NewCode;
        }
    }
    return Grant::Done;
}

bool Mappings::is_granted(PrivilegeClass who, LinearAddress page, mmu::AccessType access) {
    u64 const* const entry = tables_.find(tables_.root(who), page);
    return entry != nullptr && allows(*entry, access);
}

u8 const* Mappings::page_bytes(PrivilegeClass who, LinearAddress page) {
    u64 const* const entry = tables_.find(tables_.root(who), page.page());
    if (entry == nullptr || (*entry & pte::P) == 0) {
        return nullptr;
    }
    return ram_.bytes().data() + ram_.window_offset(PhysicalAddress{*entry & pte::frame_mask});
}

void Mappings::drop(LinearAddress start, u64 size) {
    if (mapped_ == 0) {
        return;
    }
    if (size / page_size_4k > mapped_ * 4) { // a large page over few mappings
        drop_all();
        return;
    }
    for (u64 offset = 0; offset < size; offset += page_size_4k) {
        u64 const page = start.page().value() + offset;
        for (PrivilegeClass const who : {PrivilegeClass::Supervisor, PrivilegeClass::User}) {
            // Compatibility code can reach beyond 4 GiB, where the same page shows once more.
            for (u64 const twin : {page, page + four_gibibytes}) {
                u64* const entry = page < four_gibibytes || twin == page
                                       ? tables_.find(tables_.root(who), LinearAddress{twin})
                                       : nullptr;
                if (entry != nullptr && (*entry & pte::P) != 0) {
                    remove(who, twin, *entry);
                }
            }
        }
    }
}

void Mappings::drop_all() {
    if (mapped_ != 0) {
        for (std::vector<Place>& all : places_) {
            all.clear();
        }
        mapped_ = 0;
    }
    tables_.reset();
    pending_flush_all_ = true;
}

void Mappings::drop_frame(PhysicalAddress frame) {
    exclude(frame.page().value(), true);
    exclude(frame.page().value(), false);
}

std::vector<u64> Mappings::writable_frames() const {
    std::vector<u64> frames;
    for (std::size_t number = 0; number + 1 < places_.size(); ++number) {
        for (Place const& place : places_[number]) {
            u64 const* const entry =
                tables_.find(tables_.root(place.who), LinearAddress{place.page});
            if (entry != nullptr && is_writable(*entry)) {
                frames.push_back(number * page_size_4k);
                break;
            }
        }
    }
    return frames;
}

bool Mappings::settle() {
    if (pending_window_ && !needs_new_core()) {
        backend_->place(LinearAddress{pending_window_->first},
                        PhysicalAddress{pending_window_->second});
        pending_window_.reset();
    }
    if (!pending_flush_all_ && pending_flushes_.empty()) {
        return false;
    }
    if (pending_flush_all_) {
        stub_.flush_all();
    } else {
        stub_.flush_pages(pending_flushes_);
    }
    pending_flush_all_ = false;
    pending_flushes_.clear();
    return true;
}

} // namespace ringside::unicorn
