#include "labs/check.hpp"

#include "core/host_error.hpp"
#include "core/trace/as.hpp"

#include <array>
#include <fmt/format.h>

namespace ringside::labs {

namespace {

struct Kind {
    std::string_view name;
    Verdict (*check)(CheckFields const&, RecordedRun const&);
};
constexpr std::array kinds{
    Kind{"ends", check_ends},     Kind{"events", check_events},
    Kind{"order", check_order},   Kind{"flag_at_exits", check_flag_at_exits},
    Kind{"budget", check_budget}, Kind{"user_copy", check_user_copy},
};

} // namespace

void CheckFields::complain(std::string const& why) const {
    throw HostError{fmt::format("a check of kind '{}': {}", request_.kind, why)};
}

bool CheckFields::has(std::string_view name) const {
    return request_.fields.find(name) != request_.fields.end();
}

std::string CheckFields::text(std::string_view name) const {
    auto const found = request_.fields.find(name);
    if (found == request_.fields.end()) {
        complain(fmt::format("'{}' is missing", name));
    }
    auto const* const text = std::get_if<std::string>(&found->second);
    if (text == nullptr) {
        complain(fmt::format("'{}' must be one word", name));
    }
    return *text;
}

std::string CheckFields::text(std::string_view name, std::string const& otherwise) const {
    return has(name) ? text(name) : otherwise;
}

u64 CheckFields::number(std::string_view name) const {
    return evaluate(text(name), names_);
}

u64 CheckFields::number(std::string_view name, u64 otherwise) const {
    return has(name) ? number(name) : otherwise;
}

std::vector<std::string> CheckFields::texts(std::string_view name) const {
    auto const found = request_.fields.find(name);
    if (found == request_.fields.end()) {
        return {};
    }
    auto const* const list = std::get_if<std::vector<std::string>>(&found->second);
    if (list == nullptr) {
        complain(fmt::format("'{}' must be a list", name));
    }
    return *list;
}

Verdict run_check(CheckRequest const& request, RecordedRun const& run, Submission const& submission,
                  Names const& names) {
    CheckFields const fields{request, names};
    if (request.kind == "answer") {
        return check_answer(fields, run, submission);
    }
    for (Kind const& kind : kinds) {
        if (kind.name == request.kind) {
            return kind.check(fields, run);
        }
    }
    fields.complain("there is no such kind");
}

std::optional<CallSpan> find_call(RecordedRun const& run, u64 number, u64 occurrence) {
    auto const& events = run.events();
    for (u64 i = 0; i < events.size(); ++i) {
        auto const* const call = trace::as<trace::Syscall>(events[i]);
        if (call == nullptr || call->nr != number || --occurrence != 0) {
            continue;
        }
        for (u64 end = i + 1; end < events.size(); ++end) {
            auto const* const result = trace::as<trace::SyscallRet>(events[end]);
            if (result != nullptr && result->nr == number && events[end].pid == events[i].pid) {
                return CallSpan{i, end};
            }
        }
        return CallSpan{i, std::nullopt};
    }
    return std::nullopt;
}

} // namespace ringside::labs
