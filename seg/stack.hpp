#pragma once
// A stack as a transfer uses it: the pointer moves by SS.B, every item is checked against the
// segment, and pushes are first planned, then probed, and only written by `commit`.
#include "seg/checker.hpp"
#include "seg/records.hpp"

namespace ringside::seg {

// The part both directions share: where an item at the pointer lies and whether the segment holds
// it.
class StackCursor {
public:
    // `wide`: 64-bit code uses the stack; its pointer is 64 bits and SS has no base and no limit.
    StackCursor(SegmentRegister const& segment, u64 pointer, bool wide, Ring ring)
        : segment_{segment}
        , pointer_{pointer}
        , wide_{wide}
        , ring_{ring} {}
    [[nodiscard]] u64 pointer() const { return pointer_; }
    [[nodiscard]] u64
    moved(u64 bytes) const; // the pointer `bytes` further up, wrapped at its width
    [[nodiscard]] bool holds_item(u64 pointer, unsigned size) const;
    [[nodiscard]] LinearAddress linear(u64 pointer) const;
    [[nodiscard]] Privilege privilege() const {
        return ring_ == Ring::R3 ? Privilege::User : Privilege::Supervisor;
    }

protected:
    void move(u64 bytes) { pointer_ = moved(bytes); }
    [[nodiscard]] bool wide() const { return wide_; }

private:
    [[nodiscard]] u64 pointer_mask() const;

    SegmentRegister segment_;
    u64 pointer_;
    bool wide_;
    Ring ring_;
};

class PushStack : public StackCursor {
public:
    PushStack(WriteList& writes, SegmentRegister const& segment, u64 pointer, bool wide, Ring ring)
        : StackCursor{segment, pointer, wide, ring}
        , writes_{writes}
        , first_{writes.size()} {}
    void push(u64 value, unsigned size);
    // Did all pushes stay within the segment? #SS(selector) otherwise; the code names a stack just
    // switched to.
    [[nodiscard]] bool check_room(Checker& check, u32 error_code) const;
    // Can all pushes be made? The first that cannot is the fault.
    [[nodiscard]] bool probe(Checker& check, LinearMemory& memory) const;

private:
    WriteList& writes_;
    std::size_t first_;
    bool fits_ = true;
};

class PopStack : public StackCursor {
public:
    using StackCursor::StackCursor;
    // Does the segment hold the next `count` items? #SS(0) otherwise.
    [[nodiscard]] bool check_holds(Checker& check, unsigned count, unsigned size) const;
    [[nodiscard]] bool pop(Checker& check, LinearMemory& memory, unsigned size, u64& into);
    void skip(u64 bytes) { move(bytes); }
};

} // namespace ringside::seg
