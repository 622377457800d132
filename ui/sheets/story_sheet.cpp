// The story as a time line: scene, rings, events and address space in lanes, now in the middle. The
// unit of width is the event's word, so an event that takes long is not wider than one that does
// not.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

constexpr std::size_t lane = 9; // columns of the lanes' names

// Which events fit, with now in the middle as far as the story goes.
struct Window {
    std::size_t first = 0;
    std::size_t last = 0; // exclusive
};

std::size_t cell(view::StoryEntry const& entry) {
    return columns(entry.word) + 1;
}

Window fit_around(std::vector<view::StoryEntry> const& story, std::size_t now, std::size_t width) {
    Window window{now, now};
    std::size_t used = 0;
    if (now < story.size()) {
        used = cell(story[now]);
        window.last = now + 1;
    }
    bool grew = true;
    std::size_t left = 0; // columns used on the left of now
    while (grew) {
        grew = false;
        if (window.first > 0 && used + cell(story[window.first - 1]) <= width &&
            (left * 2 <= used || window.last == story.size())) {
            used += cell(story[--window.first]);
            left += cell(story[window.first]);
            grew = true;
        }
        if (window.last < story.size() && used + cell(story[window.last]) <= width) {
            used += cell(story[window.last++]);
            grew = true;
        }
    }
    return window;
}

class StoryWriter {
public:
    StoryWriter(View const& view, PanelState const& state)
        : view_{view}
        , state_{state} {}

    Sheet write() {
        sheet_.name = "story";
        sheet_.title = "STORY";
        sheet_.note = fmt::format("event {} of {}", view_.event, view_.events);
        auto const now =
            std::find_if(view_.story.begin(), view_.story.end(),
                         [&](view::StoryEntry const& entry) { return entry.index >= view_.event; });
        std::size_t const width = state_.width > lane + 2 ? state_.width - lane - 2 : 1;
        window_ =
            fit_around(view_.story, static_cast<std::size_t>(now - view_.story.begin()), width);
        if (auto const* scene = scene_at(view_.event); scene != nullptr) {
            sheet_.about = scene->name;
        }
        // A low panel has the two rings in one lane, a lower one leaves out CR3.
        std::size_t const lanes = state_.height == 0 ? 6 : state_.height;
        scenes();
        if (lanes >= 6) {
            ring(3);
            ring(0);
        } else {
            rings();
        }
        events();
        if (lanes >= 5) {
            spaces();
        }
        head();
        return std::move(sheet_);
    }

private:
    [[nodiscard]] view::SceneView const* scene_at(u64 event) const {
        for (auto const& scene : view_.scenes) {
            if (event >= scene.first && event <= scene.last) {
                return &scene;
            }
        }
        return nullptr;
    }

    static Line lane_line(std::string_view name) {
        return std::move(Line{}.put(fmt::format(" {:<{}}", name, lane), Role::Heading));
    }

    void scenes() {
        Line line = lane_line("scene");
        for (std::size_t at = window_.first; at < window_.last;) {
            auto const* scene = scene_at(view_.story[at].index);
            std::size_t width = 0;
            std::size_t next = at;
            while (next < window_.last && scene_at(view_.story[next].index) == scene) {
                width += cell(view_.story[next++]);
            }
            std::string name = fit(scene == nullptr ? "" : scene->name, width - 1);
            bool const here =
                scene != nullptr && view_.event >= scene->first && view_.event <= scene->last;
            line.put("|", Role::Link).put(name, here ? Role::Normal : Role::Dim);
            line.put(std::string(width - 1 - columns(name), ' '));
            at = next;
        }
        sheet_.rows.push_back(line.done());
    }

    void ring(u8 which) {
        Line line = lane_line(fmt::format("ring {}", which));
        for (std::size_t at = window_.first; at < window_.last; ++at) {
            bool const here = (view_.story[at].cpl == 3) == (which == 3);
            line.put(std::string(cell(view_.story[at]), here ? ring_glyph(which) : ' '),
                     ring_role(which));
        }
        sheet_.rows.push_back(line.done());
    }

    void rings() {
        Line line = lane_line("ring");
        for (std::size_t at = window_.first; at < window_.last; ++at) {
            u8 const ring = view_.story[at].cpl;
            line.put(std::string(cell(view_.story[at]), ring_glyph(ring)), ring_role(ring));
        }
        sheet_.rows.push_back(line.done());
    }

    void events() {
        Line line = lane_line("event");
        for (std::size_t at = window_.first; at < window_.last; ++at) {
            auto const& entry = view_.story[at];
            bool const now = entry.index == view_.event;
            bool const done = entry.index < view_.event;
            line.put(entry.word, now         ? Role::Now
                                 : entry.bad ? Role::Fault
                                 : done      ? Role::Normal
                                             : Role::Dim);
            line.tip(fmt::format("{} {}\n{}", entry.index, entry.key, entry.sentence));
            line.go(entry.index);
            line.put(" ");
        }
        sheet_.rows.push_back(line.done());
    }

    void spaces() {
        Line line = lane_line("CR3");
        for (std::size_t at = window_.first; at < window_.last; ++at) {
            line.put(std::string(cell(view_.story[at]), view_.story[at].space),
                     view_.story[at].space % 2 != 0 ? Role::Dim : Role::Hatched);
        }
        sheet_.rows.push_back(line.done());
    }

    void head() {
        Line line = lane_line("now");
        std::size_t column = 0;
        for (std::size_t at = window_.first;
             at < window_.last && view_.story[at].index < view_.event; ++at) {
            column += cell(view_.story[at]);
        }
        std::string const text =
            view_.event == view_.events ? "^end" : fmt::format("^{}", view_.event);
        line.put(std::string(column, '-'), Role::Dim).put(text, Role::Now);
        sheet_.rows.push_back(line.done());
    }

    View const& view_;
    PanelState const& state_;
    Window window_;
    Sheet sheet_;
};

} // namespace

Sheet story_sheet(View const& now, View const& /*before*/, PanelState const& state) {
    return StoryWriter{now, state}.write();
}

} // namespace ringside::sheets
