#pragma once
// What the student can do in the window, apart from how it is asked for: keys, wheel, clicks and
// the
// `:` line end here.
#include "core/view/cockpit.hpp"
#include "ui/window/open_window.hpp"
#include "ui/window/screen.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace ringside::window {

class Actions {
public:
    Actions(OpenSplit open, OpenOptions const& options);

    [[nodiscard]] view::Cockpit& cockpit() { return *cockpit_; }
    [[nodiscard]] ScreenState& screen() { return screen_; }
    [[nodiscard]] Look& look() { return look_; }
    [[nodiscard]] bool leaving() const { return leaving_; }
    // "pages, 3g1g, event 41/88 sys1/write/copy/p2/walk"
    [[nodiscard]] std::string title();

    void move(view::Unit unit, view::Direction direction);
    void go_to_event(u64 event);
    void toggle_split(); // to the event of the same key, or the nearest part above it
    void toggle_breakpoint();
    void show(std::string_view view); // a panel's name or "all"
    void character(char letter);      // a key that types something
    void scale(float factor);         // 0: as it was
    void next_theme();
    void escape();
    void scroll(std::string_view panel, float pixels);
    // The `:` line.
    void type(std::string_view text);
    void erase();
    void enter();
    void say(std::string message) { screen_.message = std::move(message); }
    [[nodiscard]] std::string picture_name();

private:
    view::Cockpit& open(Split split);

    OpenSplit open_;
    std::map<Split, std::unique_ptr<view::Cockpit>> cockpits_;
    view::Cockpit* cockpit_ = nullptr;
    Split split_;
    Look look_;
    float first_scale_;
    ScreenState screen_;
    bool leaving_ = false;
};

} // namespace ringside::window
