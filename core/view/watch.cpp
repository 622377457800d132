#include "core/view/watch.hpp"

#include "core/view/watched_register.hpp"
#include "mmu/page_walk.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace ringside::view {

namespace {

u8 word_size(Session const& session) {
    Cpu const& cpu = session.cpu();
    return cpu.segments.long_mode_active &&
                   cpu.segments[seg::SegmentName::CS].descriptor.long_mode()
               ? 8
               : 4;
}

std::optional<u64> little_endian(std::vector<u8> const& bytes, std::size_t size) {
    if (bytes.size() < size) {
        return std::nullopt;
    }
    u64 value = 0;
    for (std::size_t at = size; at-- > 0;) {
        value = value << 8U | u64{bytes[at]};
    }
    return value;
}

std::optional<u64> last_entry(Session const& session, u64 linear) {
    mmu::PageWalk const walk = mmu::walk(session.physical(), session.cpu().paging_context(),
                                         {LinearAddress{linear}, mmu::AccessType::Read});
    return walk.steps.size() == 0 ? std::nullopt : std::optional{walk.steps.back().entry};
}

constexpr bool is_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
}

} // namespace

// expression = term {("+" | "-") term};  term = [size | "phys"] "[" expression
// "]" | "pte" term | register | number | symbol.
class WatchParser {
public:
    WatchParser(std::string_view text, Watch::Resolve const& symbols)
        : rest_{text}
        , symbols_{symbols} {}

    Result<Watch, std::string> parse() {
        Watch watch;
        while (!rest_.empty() && rest_.back() == ' ') {
            rest_.remove_suffix(1);
        }
        watch.text_ = std::string{rest_};
        if (!expression(0)) {
            return problem_;
        }
        skip();
        if (!rest_.empty()) {
            return fmt::format("watch: nothing is known of '{}' behind an expression", rest_);
        }
        if (steps_.size() == 1 && symbol_) {
            steps_.push_back({Watch::Kind::Read, 0, 0});
        }
        watch.steps_ = std::move(steps_);
        return watch;
    }

private:
    static constexpr int deepest = 16;

    void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
    bool take(char letter) {
        skip();
        if (rest_.empty() || rest_.front() != letter) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    bool fail(std::string problem) {
        problem_ = "watch: " + std::move(problem);
        return false;
    }

    bool expression(int depth) {
        if (!term(depth)) {
            return false;
        }
        for (;;) {
            bool const plus = take('+');
            if (!plus && !take('-')) {
                return true;
            }
            if (!term(depth)) {
                return false;
            }
            steps_.push_back({plus ? Watch::Kind::Add : Watch::Kind::Subtract, 0, 0});
        }
    }

    bool term(int depth) {
        if (depth > deepest) {
            return fail("too deep");
        }
        if (take('[')) {
            return memory(depth, Watch::Kind::Read, 0);
        }
        skip();
        std::size_t length = 0;
        while (length < rest_.size() && is_name(rest_[length])) {
            ++length;
        }
        std::string_view const name = rest_.substr(0, length);
        rest_.remove_prefix(length);
        if (name.empty()) {
            return fail(rest_.empty() ? "an expression is missing"
                                      : fmt::format("'{}' begins no expression", rest_));
        }
        return named(name, depth);
    }

    bool named(std::string_view name, int depth) {
        struct Size {
            std::string_view name;
            Watch::Kind kind;
            u8 bytes;
        };
        static constexpr std::array sizes{
            Size{"byte", Watch::Kind::Read, 1}, Size{"half", Watch::Kind::Read, 2},
            Size{"dword", Watch::Kind::Read, 4}, Size{"qword", Watch::Kind::Read, 8},
            Size{"phys", Watch::Kind::ReadPhysical, 0}};
        for (Size const& size : sizes) {
            if (size.name == name && take('[')) {
                return memory(depth, size.kind, size.bytes);
            }
        }
        if (name == "pte") {
            if (!term(depth + 1)) {
                return false;
            }
            steps_.push_back({Watch::Kind::Entry, 0, 0});
            return true;
        }
        if (auto const at = find_register(name)) {
            steps_.push_back({Watch::Kind::Register, *at, 0});
            return true;
        }
        return constant(name);
    }

    bool memory(int depth, Watch::Kind kind, u8 bytes) {
        if (!expression(depth + 1)) {
            return false;
        }
        if (!take(']')) {
            return fail("a ']' is missing");
        }
        steps_.push_back({kind, 0, bytes});
        return true;
    }

    // A symbol goes before a number: both may read "add".
    bool constant(std::string_view name) {
        if (auto const address = symbols_(name)) {
            symbol_ = true;
            steps_.push_back({Watch::Kind::Number, *address, 0});
            return true;
        }
        std::string_view const digits = name.starts_with("0x") ? name.substr(2) : name;
        u64 value = 0;
        auto const end = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.empty() || end.ec != std::errc{} || end.ptr != digits.data() + digits.size()) {
            return fail(fmt::format("no register, symbol or number '{}'", name));
        }
        steps_.push_back({Watch::Kind::Number, value, 0});
        return true;
    }

    std::string_view rest_;
    Watch::Resolve const& symbols_;
    std::vector<Watch::Step> steps_;
    std::string problem_;
    bool symbol_ = false;
};

Result<Watch, std::string> Watch::parse(std::string_view text, Resolve const& symbols) {
    return WatchParser{text, symbols}.parse();
}

std::optional<u64> Watch::value(Session const& session) const {
    std::vector<u64> stack;
    auto const pop = [&] {
        u64 const top = stack.back();
        stack.pop_back();
        return top;
    };
    bool const long_mode = session.cpu().segments.long_mode_active;
    for (Step const& step : steps_) {
        std::optional<u64> result;
        std::size_t const size = step.size != 0 ? step.size : word_size(session);
        switch (step.kind) {
        case Kind::Number:
            result = step.number;
            break;
        case Kind::Register:
            result = watched_register(step.number).read(session.cpu());
            break;
        case Kind::Add:
        case Kind::Subtract: {
            u64 const right = pop();
            u64 const left = pop();
            u64 const sum = step.kind == Kind::Add ? left + right : left - right;
            result = long_mode ? sum : sum & 0xffff'ffffU;
            break;
        }
        case Kind::Read:
            result = little_endian(session.peek(LinearAddress{pop()}, size), size);
            break;
        case Kind::ReadPhysical:
            result = little_endian(session.peek_physical(PhysicalAddress{pop()}, size), size);
            break;
        case Kind::Entry:
            result = last_entry(session, pop());
            break;
        }
        if (!result) {
            return std::nullopt;
        }
        stack.push_back(*result);
    }
    return stack.back();
}

std::string Watch::words(Session const& session) const {
    std::optional<u64> const found = value(session);
    if (!found) {
        return "not mapped";
    }
    Step const& last = steps_.back();
    bool const wide = session.cpu().segments.long_mode_active;
    std::size_t size = wide ? 8 : 4;
    if (last.kind == Kind::Register) {
        size = watched_register(last.number).size;
    } else if (last.kind == Kind::Read || last.kind == Kind::ReadPhysical) {
        size = last.size != 0 ? last.size : word_size(session);
    } else if (last.kind == Kind::Entry) {
        size = session.cpu().paging_context().mode == mmu::PagingMode::Bits32 ? 4 : 8;
    }
    return fmt::format("{:0{}x}", *found, size * 2);
}

} // namespace ringside::view
