#include "ui/window/fonts.hpp"

#include <imgui.h>
#include <imgui_freetype.h>

#include <cmath>
#include <filesystem>
#include <initializer_list>

namespace ringside::window {

namespace {

constexpr float mono_pixels = 13;
constexpr float title_pixels = 14;

std::string first_of(std::initializer_list<char const*> paths) {
    for (char const* path : paths) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(path, ignored)) {
            return path;
        }
    }
    return "built-in";
}

ImFont* load(std::string const& file, float pixels) {
    static constexpr ImWchar latin[] = {0x20, 0xff, 0x2010, 0x2027, 0x2190, 0x21ff, 0};
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    if (file != "built-in") {
        if (ImFont* font = atlas.AddFontFromFileTTF(file.c_str(), pixels, nullptr, latin)) {
            return font;
        }
    }
    ImFontConfig config;
    config.SizePixels = pixels;
    return atlas.AddFontDefault(&config);
}

} // namespace

FontFiles font_files() {
    return {first_of({"/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf",
                      "/usr/share/fonts/truetype/hack/Hack-Regular.ttf",
                      "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"}),
            first_of({"/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Bold.ttf",
                      "/usr/share/fonts/truetype/hack/Hack-Bold.ttf",
                      "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf"}),
            first_of({"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf",
                      "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"})};
}

Fonts load_fonts(float scale) {
    ImGuiIO& io = ImGui::GetIO();
    io.Fonts->Clear();
    io.Fonts->FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
    io.Fonts->FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
    FontFiles const files = font_files();
    Fonts fonts;
    fonts.mono = load(files.mono, std::floor(mono_pixels * scale));
    fonts.bold = load(files.bold, std::floor(mono_pixels * scale));
    fonts.title = load(files.title, std::floor(title_pixels * scale));
    return fonts;
}

} // namespace ringside::window
