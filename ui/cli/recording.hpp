#pragma once
// A program's whole run with its outline: what every command about a PROGRAM works on.
#include "core/session.hpp"
#include "core/trace/outline.hpp"
#include "core/trace/when.hpp"
#include "ui/story/told_run.hpp"

#include <memory>
#include <string_view>

namespace ringside::cli {

class Recording {
public:
    Recording(MachineConfig const& config, u64 max_insns);

    [[nodiscard]] Session& session() { return *session_; }
    [[nodiscard]] std::shared_ptr<Session> const& shared_session() const { return session_; }
    [[nodiscard]] std::vector<trace::Event> const& events() const { return session_->events(); }
    [[nodiscard]] RunEnd const& end() const { return session_->end(); }
    [[nodiscard]] trace::Outline const& outline() const { return *outline_; }
    [[nodiscard]] std::shared_ptr<trace::Outline const> const& shared_outline() const {
        return outline_;
    }
    [[nodiscard]] story::ToldRun told();

    // Where a WHEN is. HostError for what is no moment or beyond the end.
    [[nodiscard]] trace::StoryPoint find(std::string_view when) const;
    // Goes there; the moment that was reached.
    Moment go_to(std::string_view when);

private:
    std::shared_ptr<Session> session_;
    std::shared_ptr<trace::Outline const> outline_;
};

} // namespace ringside::cli
