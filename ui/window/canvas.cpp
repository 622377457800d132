#include "ui/window/canvas.hpp"

#include "core/host_error.hpp"
#include "ui/sheets/panels.hpp"

#include <imgui.h>

#include <fmt/format.h>

namespace ringside::window {

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
    load();
}

Canvas::~Canvas() {
    ImGui::DestroyContext(context_);
}

void Canvas::load() {
    fonts_ = load_fonts(look_.scale);
    unsigned char* coverage = nullptr;
    ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&coverage, &atlas_.width, &atlas_.height);
    atlas_.coverage = coverage;
}

void Canvas::set_look(Look const& look) {
    bool const rescaled = look.scale != look_.scale;
    look_ = look;
    if (rescaled) {
        load();
    }
}

ScreenResult Canvas::draw(view::MachineView const& now, view::MachineView const& before,
                          ScreenState& state) {
    ImGui::SetCurrentContext(context_);
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
    ScreenResult result = draw_screen(now, before, state, fonts_, look_);
    ImGui::End();
    ImGui::PopStyleVar(3);
    ImGui::Render();
    pixels_.resize(static_cast<int>(look_.width), static_cast<int>(look_.height));
    rasterise(pixels_, atlas_, *ImGui::GetDrawData());
    return result;
}

} // namespace ringside::window
