#pragma once
// One run of a student's kernel with its whole story, as checks look at it.
#include "core/session.hpp"
#include "core/trace/outline.hpp"
#include "labs/lab.hpp"

#include <memory>

namespace ringside::labs {

struct RunPlaces {
    std::filesystem::path kernel;
    std::filesystem::path programs; // where the lab's guest programs lie
};

class RecordedRun {
public:
    // HostError: a program is missing, or an option of the run is wrong.
    RecordedRun(RunRequest const& request, RunPlaces const& places, Names const& names,
                u64 max_insns);

    [[nodiscard]] Session& session() const { return *session_; }
    [[nodiscard]] std::vector<trace::Event> const& events() const { return session_->events(); }
    [[nodiscard]] trace::Outline const& outline() const { return outline_; }
    [[nodiscard]] RunEnd const& end() const { return session_->end(); }
    [[nodiscard]] RunRequest const& request() const { return request_; } // with numbers filled in
    [[nodiscard]] std::shared_ptr<Session> const& shared_session() const { return session_; }

    // The CR3 under which ring 3 last ran before this event.
    [[nodiscard]] std::optional<u64> user_cr3(u64 event) const;
    // User memory as it was just before an event; shorter when a page is absent.
    [[nodiscard]] std::vector<u8> user_bytes(u64 event, u64 address, std::size_t size) const;
    [[nodiscard]] std::vector<u8> kernel_bytes(u64 event, u64 address, std::size_t size) const;

private:
    RunRequest request_;
    std::shared_ptr<Session> session_;
    trace::Outline outline_;
};

} // namespace ringside::labs
