#include "ui/window/canvas.hpp"

#include "core/host_error.hpp"
#include "ui/sheets/panels.hpp"

#include <imgui.h>

#include <fmt/format.h>

namespace ringside::window {

namespace {
constexpr float alone = 1.4F;
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

ScreenResult Canvas::draw(view::MachineView const& now, view::MachineView const& before,
                          ScreenState& state) {
    ImGui::SetCurrentContext(context_);
    Look look = look_;
    look.scale *= state.view == "all" ? 1.0F : alone; // one panel alone has the room
    if (look.scale != loaded_scale_) {
        load(look.scale);
    }
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
    ScreenResult result = draw_screen(now, before, state, fonts_, look);
    ImGui::End();
    ImGui::PopStyleVar(3);
    ImGui::Render();
    pixels_.resize(static_cast<int>(look_.width), static_cast<int>(look_.height));
    rasterise(pixels_, atlas_, *ImGui::GetDrawData());
    return result;
}

} // namespace ringside::window
