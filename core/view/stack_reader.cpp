#include "core/view/stack_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::view {

namespace {

constexpr std::size_t most_words = 96;

class StackReader {
public:
    StackReader(Session const& session, Symbols const& code)
        : cpu_{session.cpu()}
        , code_{code} {
        auto const& ss = cpu_.segments[seg::SegmentName::SS];
        bool const wide = cpu_.segments.long_mode_active;
        bool const big = wide || ss.descriptor.default_big();
        stack_.word_size = wide ? 8 : big ? 4 : 2;
        base_ = ss.base;
        stack_.pointer = base_ + (big ? cpu_[Gpr::RSP] : cpu_[Gpr::RSP] & 0xffffU);
        stack_.name = cpu_.cpl() == Ring::R3 ? "user stack" : "kernel stack";
        std::vector<u8> const bytes =
            session.peek(LinearAddress{stack_.pointer}, most_words * stack_.word_size);
        for (std::size_t at = 0; at + stack_.word_size <= bytes.size(); at += stack_.word_size) {
            u64 value = 0;
            for (std::size_t byte = stack_.word_size; byte-- > 0;) {
                value = value << 8U | bytes[at + byte];
            }
            StackWord word;
            word.address = stack_.pointer + at;
            word.value = value;
            stack_.words.push_back(std::move(word));
        }
    }

    // The words of one gate, and the registers that the kernel saved under them: `struct regs` has
    // its eip where the gate pushed eip.
    void name_gate(OpenGate const& open, std::span<Member const> saved) {
        if (!open.gate) {
            return;
        }
        std::vector<std::string> const names = pushed_names(*open.gate);
        u64 const frame = base_ + open.gate->to.sp;
        u64 instruction = 0;
        for (std::size_t index = 0; index < names.size(); ++index) {
            u64 const address = frame + open.gate->push_size * (names.size() - 1 - index);
            if (StackWord* word = at(address); word != nullptr) {
                set(*word, StackOrigin::Gate, names[index], open.from.cpl);
            }
            instruction = names[index] == "eip" ? address : instruction;
        }
        auto const eip = std::find_if(saved.begin(), saved.end(),
                                      [](Member const& member) { return member.name == "eip"; });
        if (eip == saved.end() || instruction == 0) {
            return;
        }
        for (Member const& member : saved) {
            StackWord* const word = at(instruction - eip->offset + member.offset);
            if (word != nullptr && member.offset < eip->offset &&
                word->origin == StackOrigin::Data) {
                set(*word, StackOrigin::Saved, member.name, open.from.cpl);
            }
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
            saved->name = "ebp";
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

    static void set(StackWord& word, StackOrigin origin, std::string const& name, u8 ring) {
        word.origin = origin;
        word.name = name;
        if (name.size() == 2 && name[1] == 's') {
            seg::Selector const selector{static_cast<u16>(word.value)};
            word.meaning = fmt::format("GDT[{}] RPL {}", selector.index(), number(selector.rpl()));
        } else if (name == "eip") {
            word.meaning = ring == 3 ? "in user code" : "in kernel code";
        }
    }

    Cpu const& cpu_;
    Symbols const& code_;
    u64 base_ = 0;
    StackView stack_;
};

} // namespace

StackView read_stack(Session const& session, Symbols const& code, std::span<OpenGate const> gates,
                     std::span<Member const> saved_registers) {
    StackReader reader{session, code};
    for (OpenGate const& gate : gates) {
        reader.name_gate(gate, saved_registers);
    }
    reader.name_frames();
    return reader.take();
}

} // namespace ringside::view
