#pragma once
// What the student can do in the window, apart from how it is asked for: keys,
// wheel, clicks and the lines that are typed end here. Which key does what:
// ui/sheets/key_table.hpp.
#include "core/view/cockpit.hpp"
#include "ui/sheets/key_table.hpp"
#include "ui/window/open_window.hpp"
#include "ui/window/screen.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
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

    // A key that was pressed, by its name in the table, and what was typed.
    void key(std::string_view name);
    void text(std::string_view typed);
    void perform(sheets::Command command);

    void move(view::Unit unit, view::Direction direction);
    void go_to_event(u64 event);
    void toggle_split();              // to the event of the same key, or the nearest part above it
    void show(std::string_view view); // a panel's name or "all"
    void open_or_close(std::string_view panel);
    void scroll(std::string_view panel, float pixels);
    void hover(std::string_view panel) { hovered_ = panel; } // under the mouse; "" none
    void say(std::string message) { screen_.message = std::move(message); }

    // While it plays, an event at a time: milliseconds between two; absent: it
    // does not.
    [[nodiscard]] std::optional<int> playing() const;
    void play_one();

    // What was asked for and only the display can do: text for the clipboard, a
    // picture.
    [[nodiscard]] std::optional<std::string> take_copied();
    [[nodiscard]] bool take_picture_wanted();
    [[nodiscard]] std::string picture_name(); // without its ending

private:
    view::Cockpit& open(Split split);
    bool perform_move(sheets::Command command);
    bool perform_look(sheets::Command command);
    void perform_setting(sheets::Command command);
    void begin_line(char prompt, std::string_view text);
    void enter();
    void erase();
    void escape();
    void letter(char typed);  // behind m and '
    void scale(float factor); // 0: as it was
    void next_theme();
    void next_panel(int step);
    void copy();
    void play();
    // Says the answer, or what is wrong.
    void answer(std::function<std::string()> const& ask);

    OpenSplit open_;
    std::map<Split, std::unique_ptr<view::Cockpit>> cockpits_;
    view::Cockpit* cockpit_ = nullptr;
    Split split_;
    Look look_;
    float first_scale_;
    ScreenState screen_;
    std::string hovered_;
    char awaited_ = '\0'; // 'm' or '\'': a letter belongs to it
    bool playing_ = false;
    int speed_ = 2; // events a second
    std::optional<std::string> copied_;
    bool picture_wanted_ = false;
    bool leaving_ = false;
};

} // namespace ringside::window
