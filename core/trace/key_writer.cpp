#include "core/trace/key_writer.hpp"

#include "core/trace/as.hpp"
#include "core/trace/names.hpp"

namespace ringside::trace {

namespace {

// Code so close behind a gate's target is the entry's: it saves registers and, under 4G/4G,
// switches page tables.
constexpr u64 entry_code_size = 512;

std::string page_part(u64 lin) {
    return hex(lin & ~u64{0xfff}).substr(2);
}

// What the hardware and the entry code do before the kernel's work begins.
bool is_preparation(Event const& event) {
    return as<Walk>(event) || as<SegLoad>(event) || as<TlbChange>(event) || as<CrWrite>(event);
}

} // namespace

std::string KeyWriter::copy_key(CopyState& copy, Event const& event) const {
    CopySpan const& span = ahead_.copies[copy.span];
    u64 touched = 0;
    if (auto const* look_up = as<Softwalk>(event)) {
        touched = span.page_of(look_up->lin);
        copy.soft_fault = false;
        copy.window = 0;
    } else if (auto const* map = as<Kmap>(event)) {
        copy.window = map->lin & ~u64{0xfff};
        copy.soft_fault = false;
    } else if (auto const* walk = as<Walk>(event);
               walk != nullptr && !span.software && event.cpl != 3) {
        touched = span.page_of(walk->walk->access.address.value());
    } else if (auto const* fault = as<PageFault>(event)) {
        touched = span.page_of(fault->cr2);
    }
    copy.page = touched != 0 ? touched : copy.page;
    std::string key = copy.key;
    if (copy.page != 0) {
        key += "/p" + std::to_string(copy.page);
    }
    return copy.soft_fault && !as<Fixup>(event) ? key + "/fault" : key;
}

std::string KeyWriter::frame_key(Frame const& frame, Event const& event) const {
    bool const entry_code =
        frame.early && is_preparation(event) && event.ip - frame.entry_ip < entry_code_size;
    if (frame.phase == Phase::Entry || entry_code) {
        return frame.key + "/entry";
    }
    return frame.phase == Phase::Exit ? frame.key + "/exit" : frame.key;
}

std::string KeyWriter::walk_key(Process const& process, std::string const& context,
                                Event const& event, Walk const& walk) const {
    Frame const& frame = process.frames.back();
    u64 const lin = walk.walk->access.address.value();
    if (walk.walk->access.user) {
        return frame.kind == SceneKind::User ? context + "/" + page_part(lin) + "/walk"
                                             : frame.key + "/walk";
    }
    if (!process.copies.empty() && event.cpl != 3) {
        CopyState const& copy = process.copies.back();
        CopySpan const& span = ahead_.copies[copy.span];
        bool const in_copy = context.starts_with(copy.key);
        if (in_copy && !span.software && span.page_of(lin) != 0) {
            return context + "/walk";
        }
        if (in_copy && copy.window != 0 && copy.window == (lin & ~u64{0xfff})) {
            return context + "/kmap/walk";
        }
    }
    return context + "/kernel/" + page_part(lin) + "/walk";
}

KeyWriter::CopyState* KeyWriter::copy_at(Process& process, u64 index) const {
    if (process.copies.empty()) {
        return nullptr;
    }
    CopyState& copy = process.copies.back();
    CopySpan const& span = ahead_.copies[copy.span];
    bool const interrupted = process.frames.back().begin > span.first;
    return interrupted || index > span.last ? nullptr : &copy;
}

std::string KeyWriter::key_of(Process& process, u64 index) {
    Event const& event = events_[index];
    Frame const& frame = process.frames.back();
    if (index == frame.gate) {
        return frame.key + "/entry";
    }
    if (as<Syscall>(event) && frame.kind == SceneKind::Call) {
        return frame.key;
    }
    if (as<Fixup>(event) && frame.nested) {
        return std::string{parent_of(frame.key)} + "/fixup";
    }
    auto const* transfer = as<Transfer>(event);
    if (transfer != nullptr && transfer->kind != TransferKind::Far) {
        return frame.key + "/exit";
    }
    CopyState* const copy = copy_at(process, index);
    std::string const context = copy != nullptr ? copy_key(*copy, event) : frame_key(frame, event);
    if (auto const* walk = as<Walk>(event)) {
        return walk_key(process, context, event, *walk);
    }
    if (is_exception(event)) {
        return context + "/fault";
    }
    bool const faulting = frame.kind == SceneKind::Fault || (copy != nullptr && copy->soft_fault);
    if (as<FaultIn>(event) && !faulting) {
        return context + "/fault/fault_in";
    }
    return context + "/" + std::string{kind_name(event)};
}

void KeyWriter::name_event(u64 index) {
    Process& process = process_of(index);
    Frame& frame = process.frames.back();
    Event const& event = events_[index];
    frame.early = frame.early && is_preparation(event);
    bool const opens_fault = frame.kind == SceneKind::Fault && is_exception(event) &&
                             index <= frame.gate && frame.phase == Phase::Entry;
    bool const opens_irq =
        frame.kind == SceneKind::Irq && as<Irq>(event) && frame.phase == Phase::Entry;
    std::string& key = outline_.keys[index];
    if (opens_fault || opens_irq) {
        key = frame.key; // taken when the delivery began
    } else if (CopyState* const copy = copy_at(process, index);
               copy != nullptr && as<Copy>(event)) {
        key = copy->key;
    } else {
        key = keys_.take(key_of(process, index));
    }
}

} // namespace ringside::trace
