// A copy between user and kernel memory, made by the student's function through the lab's door: how
// many bytes it says are left, whether the others arrived, what is in the tail, which page faults
// it took, and that it touched nothing it may not.
#include "core/trace/as.hpp"
#include "labs/check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::labs {

namespace {

enum class Direction : u8 { From, To, Get };

// How the test looks at one call of the door.
class CopyCall {
public:
    CopyCall(CheckFields const& fields, RecordedRun const& run)
        : fields_{fields}
        , run_{run}
        , pointer_{fields.number("ptr") & 0xffffffffU}
        , n_{fields.number("n") & 0xffffffffU}
        , good_{fields.number("good")} {
        std::string const word = fields.text("dir");
        if (word != "from" && word != "to" && word != "get") {
            fields.complain("dir is from, to or get");
        }
        direction_ = word == "from" ? Direction::From
                     : word == "to" ? Direction::To
                                    : Direction::Get;
    }

    [[nodiscard]] Verdict verdict() {
        auto const span = find_call(run_, fields_.number("call"));
        if (!span) {
            return bad(run_.events().size(), "the call is made", "the program never got to it");
        }
        call_ = span->call;
        if (!span->result) {
            return bad(call_, "the call comes back", came_back_not());
        }
        result_ = *span->result;
        for (auto const part : {&CopyCall::residue, &CopyCall::bytes, &CopyCall::tail,
                                &CopyCall::faults, &CopyCall::touched}) {
            if (Verdict found = (this->*part)(); !found.good) {
                return found;
            }
        }
        return {};
    }

private:
    [[nodiscard]] std::string came_back_not() const {
        for (u64 i = call_; i < run_.events().size(); ++i) {
            auto const* const text = trace::as<trace::Text>(run_.events()[i]);
            if (text != nullptr && text->kind != trace::TextKind::Console) {
                return text->text.substr(0, text->text.find('\n'));
            }
        }
        return "it did not: " + (run_.end().reason.empty() ? std::string{"the budget of "
                                                                         "instructions ran out"}
                                                           : run_.end().reason);
    }
    [[nodiscard]] bool looks_at(std::string_view part) const {
        std::string const only = fields_.text("only", "");
        return only.empty() ? part != "tail" : only == part;
    }
    [[nodiscard]] i64 returned() const {
        return trace::as<trace::SyscallRet>(run_.events()[result_])->ret;
    }
    [[nodiscard]] u64 copied() const { return n_ - static_cast<u64>(returned()); }

    // A copy by words may give up inside a word: up to `slack` bytes fewer are honest.
    [[nodiscard]] Verdict residue() {
        if (direction_ == Direction::Get) {
            i64 const wanted = good_ == n_ ? 0 : -14;
            if (returned() == wanted) {
                return {};
            }
            return bad(result_, wanted == 0 ? "it returns 0" : "it returns -EFAULT (-14)",
                       fmt::format("it returned {}", returned()));
        }
        u64 const left = n_ - good_;
        u64 const most = left == 0 ? 0 : std::min(n_, left + fields_.number("slack", 3));
        auto const got = static_cast<u64>(returned());
        bool const is_count = returned() >= 0 && got <= n_;
        if ((got >= left && got <= most) || (is_count && !looks_at("residue"))) {
            return {};
        }
        return bad(result_, fmt::format("{} bytes are left of {}", left, n_),
                   returned() < 0 ? fmt::format("it returned {}: a negative number is no count of "
                                                "bytes",
                                                returned())
                                  : fmt::format("it says {} are left", got));
    }

    [[nodiscard]] u64 kernel_buffer() const {
        for (u64 i = call_; i <= result_; ++i) {
            if (auto const* const copy = trace::as<trace::Copy>(run_.events()[i])) {
                return copy->kernel;
            }
        }
        fields_.complain("the door did not tell its buffer");
    }

    [[nodiscard]] Verdict bytes() {
        if (!looks_at("bytes") || (direction_ == Direction::Get && good_ != n_)) {
            return {};
        }
        u64 const n = direction_ == Direction::Get ? n_ : copied();
        std::vector<u8> const user = run_.user_bytes(result_, pointer_, n);
        std::vector<u8> const kernel = run_.kernel_bytes(result_, kernel_buffer(), n);
        auto const [in_user, in_kernel] = std::ranges::mismatch(user, kernel);
        if (in_user == user.end() && user.size() == kernel.size()) {
            return {};
        }
        auto const at = static_cast<u64>(in_user - user.begin());
        return bad(result_, fmt::format("the first {} bytes are the same on both sides", n),
                   at < user.size() ? fmt::format("byte {} is {:#04x} in user memory and {:#04x} "
                                                  "in the kernel's buffer",
                                                  at, *in_user, *in_kernel)
                                    : fmt::format("only {} bytes are there", at));
    }

    // The kernel must never read its own old bytes as if the user had sent them.
    [[nodiscard]] Verdict tail() {
        if (!looks_at("tail") || direction_ == Direction::To) {
            return {};
        }
        u64 const first = direction_ == Direction::Get ? 0 : copied();
        u64 const from = kernel_buffer();
        std::vector<u8> const rest = run_.kernel_bytes(result_, from + first, n_ - first);
        auto const found = std::ranges::find_if(rest, [](u8 byte) { return byte != 0; });
        if (found == rest.end()) {
            return {};
        }
        return bad(result_, "what did not arrive is zero in the kernel's buffer",
                   fmt::format("byte {} of it is {:#04x}",
                               first + static_cast<u64>(found - rest.begin()), *found));
    }

    [[nodiscard]] Verdict faults() {
        if (!fields_.has("faults") || !looks_at("faults")) {
            return {};
        }
        std::vector<std::string> wanted;
        for (std::string const& word : fields_.texts("faults")) {
            auto const at = word.find('@');
            wanted.push_back(
                fmt::format("#PF {} at {:#x}", evaluate(word.substr(0, at), fields_.names()),
                            evaluate(word.substr(at + 1), fields_.names()) & 0xffffffffU));
        }
        std::vector<std::string> got;
        u64 where = result_;
        for (u64 i = call_; i <= result_; ++i) {
            auto const* const fault = trace::as<trace::PageFault>(run_.events()[i]);
            if (fault == nullptr || run_.events()[i].cpl == 3) {
                continue;
            }
            std::string said = fmt::format("#PF {} at {:#x}", fault->err, fault->cr2);
            if (got.empty() || got.back() != said) { // a fixup may try the rest once more
                where = got.size() < wanted.size() && wanted[got.size()] == said ? where : i;
                got.push_back(std::move(said));
            }
        }
        return got == wanted ? Verdict{} : bad(where, list(wanted), list(got));
    }

    // A pointer that the range check refuses is not followed at all, not even to look.
    [[nodiscard]] Verdict touched() {
        if (fields_.text("touches", "") != "nothing" || !looks_at("touches")) {
            return {};
        }
        for (u64 i = call_; i <= result_; ++i) {
            trace::Event const& event = run_.events()[i];
            auto const* const walk = trace::as<trace::Walk>(event);
            auto const* const look = trace::as<trace::Softwalk>(event);
            u64 const at = walk != nullptr   ? walk->walk->access.address.value()
                           : look != nullptr ? look->lin
                                             : ~u64{0};
            if (at != ~u64{0} && ((at - pointer_) & 0xffffffffU) < std::max<u64>(n_, 1)) {
                return bad(i, "the pointer is refused before any access",
                           fmt::format("{:#x} was looked up", at));
            }
        }
        return {};
    }

    [[nodiscard]] static std::string list(std::vector<std::string> const& words) {
        std::string text;
        for (std::string const& word : words) {
            text += (text.empty() ? "" : ", then ") + word;
        }
        return text.empty() ? "no page fault" : text;
    }

    CheckFields const& fields_;
    RecordedRun const& run_;
    u64 pointer_;
    u64 n_;
    u64 good_;
    Direction direction_ = Direction::From;
    u64 call_ = 0;
    u64 result_ = 0;
};

} // namespace

Verdict check_user_copy(CheckFields const& fields, RecordedRun const& run) {
    return CopyCall{fields, run}.verdict();
}

} // namespace ringside::labs
