#include "ui/window/screen.hpp"

#include "ui/sheets/panels.hpp"
#include "ui/window/layout.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace ringside::window {

namespace {

constexpr std::size_t narrow_letters = 150; // a sentence needs two lines below it

class Screen {
public:
    Screen(view::MachineView const& now, view::MachineView const& before, ScreenState& state,
           Fonts const& fonts, Look const& look)
        : now_{now}
        , before_{before}
        , state_{state}
        , look_{look}
        , palette_{palette(look.theme)}
        , painter_{fonts, palette_, look.scale}
        , gap_{std::floor(5 * look.scale)} {}

    ScreenResult draw() {
        float const wide = static_cast<float>(look_.width);
        float const high = static_cast<float>(look_.height);
        float const line = painter_.cell().height;
        ImGui::GetWindowDrawList()->AddRectFilled({0, 0}, {wide, high}, palette_.background);
        strip(sheets::title_sheet(now_, state_of({gap_, 0, wide - gap_, 0})),
              {gap_, gap_, wide - gap_, gap_ + line + 4});
        float bottom = high - gap_;
        strip(bottom_line({gap_, 0, wide - gap_, 0}), {gap_, bottom - line, wide - gap_, bottom});
        bottom -= line + gap_;
        sheets::Sheet const say = narration({gap_, 0, wide - gap_, 0});
        // A sentence of two lines is common in a narrow window: panels must not move for it.
        bool const narrow = painter_.columns({gap_, 0, wide - gap_, 0}) < narrow_letters;
        float const said =
            line * static_cast<float>(std::max<std::size_t>(say.rows.size(), narrow ? 2 : 1));
        strip(say, {gap_, bottom - said, wide - gap_, bottom});
        Box const stage{gap_, gap_ + line + 4 + gap_, wide - gap_, bottom - said - gap_};
        if (state_.help) {
            panel_in("help", stage);
        } else if (state_.view != "all") {
            panel_in(state_.view, stage);
        } else {
            all_panels(stage);
        }
        tip();
        return std::move(result_);
    }

private:
    [[nodiscard]] sheets::PanelState state_of(Box const& inside) const {
        sheets::PanelState state;
        state.width = painter_.columns(inside);
        return state;
    }

    void strip(sheets::Sheet const& sheet, Box const& box) {
        float scroll = 0;
        painter_.paint(sheet, box, scroll, false);
    }

    [[nodiscard]] sheets::Sheet narration(Box const& box) const {
        if (state_.message.empty()) {
            return sheets::narration_sheet(now_, state_of(box));
        }
        sheets::Sheet sheet;
        std::size_t from = 0;
        while (from <= state_.message.size() && sheet.rows.size() < 24) {
            std::size_t const end =
                std::min(state_.message.find('\n', from), state_.message.size());
            std::string const part = state_.message.substr(from, end - from);
            sheet.rows.push_back(
                sheets::Line{}.put(" ").put(sheets::fit(part, state_of(box).width - 2)).done());
            from = end + 1;
        }
        return sheet;
    }

    [[nodiscard]] sheets::Sheet bottom_line(Box const& box) const {
        if (state_.prompt == '\0') {
            return sheets::keys_sheet(now_, state_of(box));
        }
        sheets::Sheet sheet;
        sheet.rows.push_back(sheets::Line{}
                                 .put(fmt::format(" {} ", state_.prompt), sheets::Role::Key)
                                 .put(state_.command)
                                 .put("_", sheets::Role::Now)
                                 .done(sheets::RowKind::Heading));
        return sheet;
    }

    void all_panels(Box const& stage) {
        Cell const cell = painter_.cell();
        auto const rows = static_cast<std::size_t>(static_cast<float>(look_.height) / cell.height);
        float const story =
            cell.height * static_cast<float>(story_rows(rows)) + painter_.frame_height();
        LayoutSizes sizes;
        sizes.cell = cell;
        sizes.bar = painter_.frame_height();
        sizes.gap = gap_;
        sizes.digits = now_.cpu.segments.long_mode_active ? 16 : 8;
        view::SettingsView const& set = now_.settings;
        sizes.watched =
            set.watches.size() + set.breakpoints.size() + set.stops.size() + set.marks.size();
        sizes.levels = static_cast<unsigned>(sheets::walk_levels(now_));
        Box const upper{stage.left, stage.top, stage.right, stage.bottom - story - gap_};
        for (Place const& place : lay_out(upper, sizes, lead())) {
            if (place.folded) {
                folded_panel(place);
            } else {
                panel_in(place.panel, place.box);
            }
        }
        panel_in("story", {stage.left, stage.bottom - story, stage.right, stage.bottom});
    }

    // The panel that tells most of this moment, where there is room for only one beside the code.
    [[nodiscard]] std::string_view lead() const {
        if (now_.transfer && now_.transfer->age == 0) {
            return "gate";
        }
        bool const walked = now_.walk && (!now_.transfer || now_.walk->age < now_.transfer->age);
        return walked ? "walk" : "gate";
    }

    // The title bar of a panel that has no place now; its tip says how to see it.
    void folded_panel(Place const& place) {
        sheets::PanelState state = state_of(place.box);
        state.height = 1;
        sheets::Panel const& panel = *sheets::find_panel(place.panel);
        sheets::Sheet sheet = panel.make(now_, before_, state);
        sheet.note.clear();
        if (painter_.frame(sheet, place.box, panel.key, false)) {
            result_.opened = place.panel;
        }
        if (hovers(place.box)) {
            result_.hovered = place.panel;
            tip_ = fmt::format("{}: {}\nPress {} or click to open it.", sheet.title, panel.sentence,
                               panel.key);
        }
    }

    static bool hovers(Box const& box) {
        return ImGui::IsMouseHoveringRect({box.left, box.top}, {box.right, box.bottom});
    }

    void panel_in(std::string_view name, Box const& box) {
        sheets::PanelState state = state_of({box.left + 1, 0, box.right - 1, 0});
        Box const inside = painter_.inside(box);
        state.height = painter_.rows(inside);
        state.extended = state_.view == name;
        sheets::Panel const* const panel = sheets::find_panel(name);
        if (state.extended || panel == nullptr) {
            state.height = 0;
        }
        sheets::Sheet const sheet =
            panel == nullptr ? sheets::help_sheet(state) : panel->make(now_, before_, state);
        if (painter_.frame(sheet, box, panel == nullptr ? '?' : panel->key, state.extended)) {
            result_.opened = name;
        }
        auto const hit =
            painter_.paint(sheet, inside, state_.scroll[std::string{name}], state_.follow);
        if (hovers(box)) {
            result_.hovered = name;
        }
        if (!hit.tip.empty()) {
            tip_ = hit.tip;
        }
        if (hit.go) {
            result_.go_to_event = hit.go;
        }
    }

    void tip() const {
        if (tip_.empty()) {
            return;
        }
        ImGui::PushStyleColor(ImGuiCol_PopupBg, palette_.panel);
        ImGui::PushStyleColor(ImGuiCol_Border, palette_.border);
        ImGui::PushStyleColor(ImGuiCol_Text, palette_.of(sheets::Role::Normal));
        ImGui::BeginTooltip();
        ImGui::PushTextWrapPos(520 * look_.scale);
        ImGui::TextUnformatted(tip_.c_str());
        ImGui::PopTextWrapPos();
        ImGui::EndTooltip();
        ImGui::PopStyleColor(3);
    }

    view::MachineView const& now_;
    view::MachineView const& before_;
    ScreenState& state_;
    Look const& look_;
    Palette const& palette_;
    SheetPainter painter_;
    float gap_;
    std::string tip_;
    ScreenResult result_;
};

} // namespace

ScreenResult draw_screen(view::MachineView const& now, view::MachineView const& before,
                         ScreenState& state, Fonts const& fonts, Look const& look) {
    return Screen{now, before, state, fonts, look}.draw();
}

} // namespace ringside::window
