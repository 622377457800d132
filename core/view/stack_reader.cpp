#include "core/view/stack_reader.hpp"

#include "mmu/page_walk.hpp"
#include "seg/task_state_segment.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace ringside::view {

namespace {

constexpr std::size_t most_words = 160; // from inside a copy to the registers at the top
constexpr u64 longest_stack = 0x4000;   // of a kernel's task

// The architecture's name of a member of `struct regs` or of a word that a gate pushed: the kernel
// writes `ip` where it means either width's.
std::string architecture_name(std::string_view name, bool wide) {
    constexpr std::array<std::string_view, 10> of_either_width{"ax", "bx", "cx", "dx", "si",
                                                               "di", "bp", "sp", "ip", "flags"};
    std::string_view const plain = name.starts_with('e') ? name.substr(1) : name;
    bool const has_width =
        std::find(of_either_width.begin(), of_either_width.end(), plain) != of_either_width.end();
    return has_width ? (wide ? "r" : "e") + std::string{plain} : std::string{name};
}

u64 number_of(std::span<u8 const> bytes) {
    u64 value = 0;
    for (std::size_t byte = bytes.size(); byte-- > 0;) {
        value = value << 8U | bytes[byte];
    }
    return value;
}

class StackReader {
public:
    StackReader(Session const& session, Symbols const& code, std::span<OpenGate const> gates,
                std::span<Member const> saved)
        : session_{session}
        , cpu_{session.cpu()}
        , code_{code}
        , saved_{saved} {
        auto const& ss = cpu_.segments[seg::SegmentName::SS];
        wide_ = cpu_.segments.long_mode_active;
        bool const big = wide_ || ss.descriptor.default_big();
        stack_.word_size = wide_ ? 8 : big ? 4 : 2;
        base_ = ss.base;
        stack_.pointer = base_ + (big ? cpu_[Gpr::RSP] : cpu_[Gpr::RSP] & 0xffffU);
        // SYSCALL loads no stack: the kernel's first instructions have the program's.
        bool const users = cpu_.cpl() == Ring::R3 || (wide_ && stack_.pointer >> 47U == 0 &&
                                                      !gates.empty() && gates[0].from.cpl == 3);
        stack_.name = users ? "user stack" : "kernel stack";
        if (!users) {
            registers_ = gates.empty() ? std::nullopt : registers_on_top(gates[0].from);
            stack_.end = end_of_kernel_stack();
        }
        read_words();
    }

    // The words of one gate, and the registers that the kernel saved under them: `struct regs` has
    // its ip where the gate pushed ip. Where the entry code has gone on to another stack, and after
    // SYSCALL, which pushes nothing, `struct regs` is what lies on top.
    void name_gate(OpenGate const& open) {
        if (open.gate) {
            name_pushed(open, base_ + open.gate->to.sp);
        }
        if (open.from.cpl == 3 && registers_) {
            u64 const pushed = *registers_ + offset_of("ip").value_or(0);
            if (open.gate && same_memory(pushed, open)) {
                name_pushed(open, pushed - open.instruction_word());
            }
            name_saved(*registers_, ~u64{0}, open.from.cpl);
        }
    }

    // [ebp] is the caller's ebp, above it the return address, for code built with frame pointers.
    void name_frames() {
        u64 frame = base_ + cpu_[Gpr::RBP];
        for (std::size_t depth = 0; depth < most_words; ++depth) {
            StackWord* const saved = at(frame);
            StackWord* const back = at(frame + stack_.word_size);
            if (saved == nullptr || back == nullptr || saved->origin != StackOrigin::Data ||
                back->origin != StackOrigin::Data || code_name(back->value).empty()) {
                return;
            }
            saved->origin = StackOrigin::Frame;
            saved->name = architecture_name("bp", wide_);
            back->origin = StackOrigin::Return;
            back->name = "back to";
            back->meaning = code_name(back->value);
            if (saved->value <= frame - base_) {
                return;
            }
            frame = base_ + saved->value;
        }
    }

    StackView take() { return std::move(stack_); }

private:
    // The words that a gate pushed, the lowest of which is at `frame`, and `struct regs` below.
    void name_pushed(OpenGate const& open, u64 frame) {
        std::vector<std::string> const names = pushed_names(*open.gate);
        u64 const size = open.gate->push_size;
        for (std::size_t index = 0; index < names.size(); ++index) {
            if (StackWord* word = at(frame + size * (names.size() - 1 - index)); word != nullptr) {
                set(*word, StackOrigin::Gate, names[index], open.from.cpl);
            }
        }
        u64 const instruction = frame + open.instruction_word();
        if (auto const ip = offset_of("ip")) {
            name_saved(instruction - *ip, instruction, open.from.cpl);
        }
    }

    // The members of the `struct regs` at `start` that lie below `end` and nobody else put there.
    void name_saved(u64 start, u64 end, u8 ring) {
        for (Member const& member : saved_) {
            StackWord* const word = at(start + member.offset);
            if (word != nullptr && word->address < end && word->origin == StackOrigin::Data) {
                set(*word, StackOrigin::Saved, member.name, ring);
            }
        }
    }

    [[nodiscard]] std::optional<u64> offset_of(std::string_view member) const {
        auto const found = std::find_if(saved_.begin(), saved_.end(),
                                        [&](Member const& each) { return each.name == member; });
        return found == saved_.end() ? std::nullopt : std::optional{found->offset};
    }

    // An entry from a program leaves `struct regs` at the top of its task's stack, which ends with
    // a page. It is there when it has the program's selectors.
    [[nodiscard]] std::optional<u64> registers_on_top(trace::Place const& from) const {
        auto const cs = offset_of("cs");
        auto const ss = offset_of("ss");
        if (from.cpl != 3 || !cs || !ss) {
            return std::nullopt;
        }
        u64 const size = saved_.back().offset + stack_.word_size;
        u64 const first = end_of_page(stack_.pointer);
        for (u64 end = first; end - first < longest_stack; end += page_size_4k) {
            if (end - stack_.pointer < size - *cs) { // not yet saved, or gone again
                continue;
            }
            if (selector_at(end - size + *cs) == from.cs &&
                selector_at(end - size + *ss) == from.ss) {
                return end - size;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::optional<u64> selector_at(u64 linear) const {
        std::vector<u8> const bytes = session_.peek(LinearAddress{linear}, stack_.word_size);
        return bytes.size() == stack_.word_size ? std::optional{number_of(bytes)} : std::nullopt;
    }

    // Has the word at `linear` been pushed by the gate as its instruction pointer? Under 4G/4G a
    // stack has two addresses.
    [[nodiscard]] bool same_memory(u64 linear, OpenGate const& open) const {
        auto const here = physical(linear);
        return here && here == physical(base_ + open.gate->to.sp + open.instruction_word());
    }
    [[nodiscard]] std::optional<u64> physical(u64 linear) const {
        mmu::PageWalk const walk = mmu::walk(session_.physical(), cpu_.paging_context(),
                                             {LinearAddress{linear}, mmu::AccessType::Read, false});
        return walk.outcome ? std::optional{walk.outcome.value().address.value()} : std::nullopt;
    }

    [[nodiscard]] static u64 end_of_page(u64 address) {
        return (address + page_size_4k - 1) & ~u64{page_size_4k - 1};
    }
    // The one of the TSS, where that is in use; else the one whose top has `struct regs`; else
    // nothing is known, and it ends with its page.
    [[nodiscard]] u64 end_of_kernel_stack() const {
        auto const& tr = cpu_.segments.tr;
        std::vector<u8> const bytes =
            session_.peek(LinearAddress{tr.base + seg::tss32::stack_of(Ring::R0)}, wide_ ? 8 : 4);
        u64 const top = base_ + number_of(bytes);
        bool const used = cpu_.segments.protection && !tr.selector.is_null() &&
                          stack_.pointer <= top && top - stack_.pointer <= longest_stack;
        if (used) {
            return top;
        }
        return registers_ ? *registers_ + saved_.back().offset + stack_.word_size
                          : end_of_page(stack_.pointer);
    }

    void read_words() {
        u64 const size = stack_.word_size;
        u64 const room = stack_.end ? (*stack_.end - stack_.pointer) / size : most_words;
        std::vector<u8> const bytes =
            session_.peek(LinearAddress{stack_.pointer}, std::min<u64>(most_words, room) * size);
        for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
            StackWord word;
            word.address = stack_.pointer + at;
            word.value = number_of(std::span{bytes}.subspan(at, size));
            stack_.words.push_back(std::move(word));
        }
    }

    // Of an offset in CS.
    [[nodiscard]] std::string code_name(u64 ip) const {
        u64 const linear = cpu_.segments[seg::SegmentName::CS].base + ip;
        return code_.name_of(cpu_.segments.long_mode_active ? linear : linear & 0xffffffff);
    }
    [[nodiscard]] StackWord* at(u64 address) {
        for (StackWord& word : stack_.words) {
            if (word.address == address) {
                return &word;
            }
        }
        return nullptr;
    }

    void set(StackWord& word, StackOrigin origin, std::string const& name, u8 ring) const {
        word.origin = origin;
        word.name = architecture_name(name, wide_);
        if (name.size() == 2 && name[1] == 's') {
            seg::Selector const selector{static_cast<u16>(word.value)};
            word.meaning = fmt::format("GDT[{}] RPL {}", selector.index(), number(selector.rpl()));
        } else if (name == "eip" || name == "ip") {
            word.meaning = ring == 3 ? "in user code" : "in kernel code";
        }
    }

    Session const& session_;
    Cpu const& cpu_;
    Symbols const& code_;
    std::span<Member const> saved_; // of `struct regs`
    std::optional<u64> registers_;  // where the program's lie
    bool wide_ = false;
    u64 base_ = 0;
    StackView stack_;
};

} // namespace

StackView read_stack(Session const& session, Symbols const& code, std::span<OpenGate const> gates,
                     std::span<Member const> saved_registers) {
    StackReader reader{session, code, gates, saved_registers};
    for (OpenGate const& gate : gates) {
        reader.name_gate(gate);
    }
    reader.name_frames();
    return reader.take();
}

} // namespace ringside::view
