#include "ui/window/canvas.hpp"

#include "core/host_error.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/window/sheet_painter.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <utility>
#include <vector>

namespace ringside::window {

namespace {
constexpr float alone = 1.4F;
constexpr std::size_t most_columns = 180; // of a picture of one sheet
constexpr std::size_t most_rows = 700;
constexpr std::size_t hanging = 24; // what goes on in a second row is set in
} // namespace

void check_look(Look const& look) {
    if (look.width < 320 || look.height < 200 || look.width > 16384 || look.height > 16384) {
        throw HostError{fmt::format("a picture of {}x{} pixels is not possible: 320x200 to "
                                    "16384x16384",
                                    look.width, look.height)};
    }
    if (!(look.scale >= 0.5F && look.scale <= 4.0F)) {
        throw HostError{"a scale is between 0.5 and 4"};
    }
    if (look.view != "all" && sheets::find_panel(look.view) == nullptr) {
        std::string names = "all";
        for (auto const& panel : sheets::panels()) {
            names += fmt::format(", {}", panel.name);
        }
        throw HostError{fmt::format("no view '{}': there are {}", look.view, names)};
    }
}

Canvas::Canvas(Look const& look)
    : look_{look}
    , context_{ImGui::CreateContext()} {
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    ImGui::GetStyle().AntiAliasedLinesUseTex = false; // lines are geometry: sampling is nearest
    load(look_.scale);
}

Canvas::~Canvas() {
    ImGui::DestroyContext(context_);
}

void Canvas::load(float scale) {
    loaded_scale_ = scale;
    fonts_ = load_fonts(scale);
    unsigned char* coverage = nullptr;
    ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&coverage, &atlas_.width, &atlas_.height);
    atlas_.coverage = coverage;
}

template <class Content>
void Canvas::frame(Content const& content) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(look_.width), static_cast<float>(look_.height)};
    io.DeltaTime = 1.0F / 60.0F;
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(io.DisplaySize);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{0, 0});
    ImGui::Begin("screen", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoBringToFrontOnFocus);
    content();
    ImGui::End();
    ImGui::PopStyleVar(3);
    ImGui::Render();
    pixels_.resize(static_cast<int>(look_.width), static_cast<int>(look_.height));
    rasterise(pixels_, atlas_, *ImGui::GetDrawData());
}

ScreenResult Canvas::draw(view::MachineView const& now, view::MachineView const& before,
                          ScreenState& state) {
    ImGui::SetCurrentContext(context_);
    Look look = look_;
    look.scale *= state.view == "all" ? 1.0F : alone; // one panel alone has the room
    if (look.scale != loaded_scale_) {
        load(look.scale);
    }
    ScreenResult result;
    frame([&] { result = draw_screen(now, before, state, fonts_, look); });
    return result;
}

void Canvas::draw(sheets::Sheet sheet) {
    ImGui::SetCurrentContext(context_);
    Palette const& colours = palette(look_.theme);
    SheetPainter const painter{fonts_, colours, look_.scale};
    std::vector<sheets::Row> rows;
    for (sheets::Row const& row : sheet.rows) {
        std::ranges::move(sheets::fold(row, most_columns, hanging), std::back_inserter(rows));
    }
    sheet.rows = std::move(rows);
    if (sheet.rows.size() > most_rows) {
        std::size_t const missing = sheet.rows.size() - most_rows;
        sheet.rows.resize(most_rows);
        sheet.rows.push_back(
            sheets::Line{}.put(fmt::format("… {} more rows", missing), sheets::Role::Dim).done());
    }
    std::size_t columns = 0;
    for (sheets::Row const& row : sheet.rows) {
        columns = std::max(columns, row.width());
    }
    float const margin = std::floor(8 * look_.scale);
    float const wide = static_cast<float>(columns + 3) * painter.cell().width + 2 * margin;
    float const high = static_cast<float>(sheet.rows.size()) * painter.cell().height +
                       painter.frame_height() + 3 * margin;
    look_.width = static_cast<unsigned>(std::max(wide, 320.0F));
    look_.height = static_cast<unsigned>(std::max(high, 200.0F));
    frame([&] {
        Box const whole{0, 0, static_cast<float>(look_.width), static_cast<float>(look_.height)};
        ImGui::GetWindowDrawList()->AddRectFilled({0, 0}, {whole.right, whole.bottom},
                                                  colours.background);
        Box const box{margin, margin, whole.right - margin, whole.bottom - margin};
        static_cast<void>(painter.frame(sheet, box, 0, false));
        float scroll = 0;
        painter.paint(sheet, painter.inside(box), scroll, false);
    });
}

} // namespace ringside::window
