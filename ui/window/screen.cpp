#include "ui/window/screen.hpp"

#include "ui/sheets/panels.hpp"

#include <imgui.h>

#include <array>
#include <cmath>

namespace ringside::window {

namespace {

// Where each panel stands: three columns, the story under them. Shares of the height in a column.
struct Place {
    std::string_view panel;
    std::size_t column;
    float share;
};
constexpr std::array<Place, 7> places{{{"code", 0, 0.62F},
                                       {"cpu", 0, 0.38F},
                                       {"walk", 1, 0.5F},
                                       {"gate", 1, 0.5F},
                                       {"address", 2, 0.45F},
                                       {"stack", 2, 0.35F},
                                       {"tlb", 2, 0.2F}}};
constexpr std::array<float, 4> column_edges{0, 0.345F, 0.705F, 1};

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
        float const said = line * static_cast<float>(say.rows.size());
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
        if (!state_.typing) {
            return sheets::keys_sheet(now_, state_of(box));
        }
        sheets::Sheet sheet;
        sheet.rows.push_back(sheets::Line{}
                                 .put(" : ", sheets::Role::Key)
                                 .put(state_.command)
                                 .put("_", sheets::Role::Now)
                                 .done(sheets::RowKind::Heading));
        return sheet;
    }

    void all_panels(Box const& stage) {
        float const story = painter_.cell().height * 6 + 30 * look_.scale;
        Box const upper{stage.left, stage.top, stage.right, stage.bottom - story - gap_};
        std::array<float, 3> top{upper.top, upper.top, upper.top};
        for (Place const& place : places) {
            float const left = upper.left + std::floor(upper.width() * column_edges[place.column]);
            float const right =
                upper.left + std::floor(upper.width() * column_edges[place.column + 1]);
            float const height =
                std::floor((upper.height() - gap_ * column_gaps(place.column)) * place.share);
            Box box{left, top[place.column], place.column == 2 ? right : right - gap_,
                    top[place.column] + height};
            top[place.column] = box.bottom + gap_;
            panel_in(place.panel, box);
        }
        panel_in("story", {stage.left, stage.bottom - story, stage.right, stage.bottom});
    }

    [[nodiscard]] static float column_gaps(std::size_t column) {
        float gaps = -1;
        for (Place const& place : places) {
            gaps += place.column == column ? 1.0F : 0.0F;
        }
        return gaps;
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
        painter_.frame(sheet, box, panel == nullptr ? '?' : panel->key, state.extended);
        auto const hit =
            painter_.paint(sheet, inside, state_.scroll[std::string{name}], state_.follow);
        if (ImGui::IsMouseHoveringRect({box.left, box.top}, {box.right, box.bottom})) {
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
