#include "seg/stack.hpp"

#include "seg/descriptor_table.hpp"
#include "seg/segment_access.hpp"

namespace ringside::seg {

u64 StackCursor::pointer_mask() const {
    if (wide_) {
        return low_mask(64);
    }
    return segment_.descriptor.default_big() ? low_mask(32) : low_mask(16);
}

u64 StackCursor::moved(u64 bytes) const {
    u64 const mask = pointer_mask();
    // With a 16-bit stack the upper half of ESP stays; outside 64-bit mode the upper half of RSP
    // does not.
    u64 const kept = wide_ ? 0 : pointer_ & low_mask(32) & ~mask;
    return kept | ((pointer_ + bytes) & mask);
}

bool StackCursor::holds_item(u64 pointer, unsigned size) const {
    if (wide_) {
        return is_canonical(pointer) && is_canonical(pointer + size - 1);
    }
    return segment_.usable && within_limit(segment_, pointer & pointer_mask(), size);
}

LinearAddress StackCursor::linear(u64 pointer) const {
    return LinearAddress{wide_ ? pointer
                               : (segment_.base + (pointer & pointer_mask())) & low_mask(32)};
}

void PushStack::push(u64 value, unsigned size) {
    move(u64{0} - size);
    fits_ = fits_ && holds_item(pointer(), size);
    writes_.push_back(LinearWrite{.address = linear(pointer()),
                                  .value = value & low_mask(size * 8),
                                  .size = static_cast<u8>(size),
                                  .privilege = privilege()});
}

bool PushStack::check_room(Checker& check, u32 error_code) const {
    return check.require(wide() ? rules::stack_canonical : rules::stack_room, fits_,
                         ExceptionVector::SS, error_code);
}

bool PushStack::probe(Checker& check, LinearMemory& memory) const {
    for (std::size_t index = first_; index < writes_.size(); ++index) {
        LinearWrite const& write = writes_[index];
        if (!check.accept(memory.probe_write(write.address, write.size, write.privilege))) {
            return false;
        }
    }
    return true;
}

bool PopStack::check_holds(Checker& check, unsigned count, unsigned size) const {
    bool holds = true;
    for (unsigned item = 0; item < count; ++item) {
        holds = holds && holds_item(moved(u64{item} * size), size);
    }
    return check.require(wide() ? rules::stack_canonical : rules::stack_holds, holds,
                         ExceptionVector::SS);
}

bool PopStack::pop(Checker& check, LinearMemory& memory, unsigned size, u64& into) {
    if (!check.take(memory.read(linear(pointer()), size, privilege()), into)) {
        return false;
    }
    move(size);
    return true;
}

} // namespace ringside::seg
