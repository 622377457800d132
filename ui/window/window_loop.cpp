#include "ui/window/window_loop.hpp"

#include "core/host_error.hpp"
#include "ui/text/text_of.hpp"
#include "ui/window/png_file.hpp"

#include <SDL2/SDL.h>
#include <imgui.h>

#include <cctype>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace ringside::window {

namespace {

using view::Direction;
using view::Unit;

constexpr float rows_a_notch = 3;

} // namespace

WindowLoop::WindowLoop(Actions& actions)
    : actions_{actions}
    , canvas_{actions.look()}
    , surface_{actions.title(), actions.look().width, actions.look().height} {
    SDL_StartTextInput();
}

void WindowLoop::run() {
    while (!closed_ && !actions_.leaving()) {
        if (dirty_) {
            draw();
        }
        SDL_Event event;
        if (wait(event)) {
            handle(event);
        }
        while (SDL_PollEvent(&event) == 1) {
            handle(event);
        }
    }
}

// Waits without using the processor; while it plays, not longer than to the
// next event.
bool WindowLoop::wait(SDL_Event& event) {
    if (dirty_) {
        return SDL_PollEvent(&event) == 1;
    }
    auto const pause = actions_.playing();
    if (!pause) {
        return SDL_WaitEvent(&event) == 1;
    }
    u32 const now = SDL_GetTicks();
    u32 const left = next_play_ > now ? next_play_ - now : 0;
    if (left > 0 && left <= static_cast<u32>(*pause)) {
        if (SDL_WaitEventTimeout(&event, static_cast<int>(left)) == 1) {
            return true;
        }
    }
    next_play_ = SDL_GetTicks() + static_cast<u32>(*pause);
    actions_.play_one();
    dirty_ = true;
    return false;
}

void WindowLoop::draw() {
    dirty_ = false;
    apply_click();
    Look& look = actions_.look();
    look.width = surface_.width();
    look.height = surface_.height();
    canvas_.set_look(look);
    ScreenResult const result =
        canvas_.draw(actions_.cockpit().now(), actions_.cockpit().before(), actions_.screen());
    hovered_ = result.hovered;
    actions_.hover(hovered_);
    surface_.present(canvas_.pixels());
    surface_.set_title(actions_.title());
    if (!result.opened.empty()) {
        actions_.open_or_close(result.opened);
        dirty_ = true;
    }
    if (result.go_to_event) {
        actions_.go_to_event(*result.go_to_event);
        dirty_ = true;
    }
}

void WindowLoop::apply_click() {
    if (!clicks_.empty()) {
        ImGui::GetIO().MouseDown[0] = clicks_.front();
        clicks_.pop_front();
        dirty_ = !clicks_.empty();
    }
}

void WindowLoop::handle(SDL_Event const& event) {
    switch (event.type) {
    case SDL_QUIT:
        closed_ = true;
        return;
    case SDL_MOUSEMOTION:
        ImGui::GetIO().MousePos = {static_cast<float>(event.motion.x),
                                   static_cast<float>(event.motion.y)};
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (event.button.button == SDL_BUTTON_LEFT) {
            ImGui::GetIO().MousePos = {static_cast<float>(event.button.x),
                                       static_cast<float>(event.button.y)};
            clicks_.push_back(event.type == SDL_MOUSEBUTTONDOWN);
        }
        break;
    case SDL_MOUSEWHEEL:
        wheel(static_cast<float>(event.wheel.y));
        break;
    case SDL_TEXTINPUT:
        actions_.text(event.text.text);
        break;
    case SDL_KEYDOWN:
        key(event.key.keysym.sym, event.key.keysym.mod);
        break;
    case SDL_WINDOWEVENT:
        surface_.forget();
        break;
    default:
        return;
    }
    give_out();
    dirty_ = true;
}

void WindowLoop::wheel(float lines) {
    if (hovered_ == "story" || hovered_ == "code") {
        actions_.move(Unit::Event, lines > 0 ? Direction::Back : Direction::Forward);
    } else if (!hovered_.empty()) {
        actions_.scroll(hovered_, -lines * rows_a_notch * 16 * actions_.look().scale);
    }
}

// A key by its name in the table. Letters come as text, except with Ctrl.
void WindowLoop::key(int key_code, unsigned modifiers) {
    bool const control = (modifiers & KMOD_CTRL) != 0;
    std::string name;
    for (auto const& [code, word] : {std::pair{SDLK_RIGHT, "Right"},
                                     {SDLK_LEFT, "Left"},
                                     {SDLK_UP, "Up"},
                                     {SDLK_DOWN, "Down"},
                                     {SDLK_HOME, "Home"},
                                     {SDLK_END, "End"},
                                     {SDLK_PAGEDOWN, "PageDown"},
                                     {SDLK_PAGEUP, "PageUp"},
                                     {SDLK_ESCAPE, "Esc"},
                                     {SDLK_RETURN, "Enter"},
                                     {SDLK_KP_ENTER, "Enter"},
                                     {SDLK_BACKSPACE, "Backspace"},
                                     {SDLK_TAB, "Tab"},
                                     {SDLK_SPACE, "Space"}}) {
        name = code == key_code ? word : name;
    }
    if (key_code >= SDLK_F1 && key_code <= SDLK_F12) {
        name = "F" + std::to_string(key_code - SDLK_F1 + 1);
    }
    if (!name.empty() && (modifiers & KMOD_SHIFT) != 0) {
        name.insert(0, "Shift+");
    }
    if (control && name.empty()) {
        name = key_code == SDLK_KP_PLUS    ? "+"
               : key_code == SDLK_KP_MINUS ? "-"
               : key_code > ' ' && key_code < 0x7f
                   ? std::string(1, static_cast<char>(std::toupper(key_code)))
                   : "";
    }
    if (!name.empty()) {
        actions_.key(control ? "Ctrl+" + name : name);
    }
}

void WindowLoop::give_out() {
    if (auto const text = actions_.take_copied()) {
        if (SDL_SetClipboardText(text->c_str()) != 0) {
            actions_.say(std::string{"The clipboard does not take it: "} + SDL_GetError());
        }
    }
    if (actions_.take_picture_wanted()) {
        save_picture();
    }
}

namespace {

// Beside the final name first, so that there never is half a file.
bool write_whole(std::string const& name, void const* bytes, std::size_t size) {
    std::string const unfinished = name + ".part";
    std::ofstream file{unfinished, std::ios::binary};
    file.write(static_cast<char const*>(bytes), static_cast<std::streamsize>(size));
    file.close();
    std::error_code failed;
    if (file) {
        std::filesystem::rename(unfinished, name, failed);
    }
    bool const written = file && !failed;
    if (!written) {
        std::filesystem::remove(unfinished, failed);
    }
    return written;
}

} // namespace

void WindowLoop::save_picture() {
    std::string const name = actions_.picture_name();
    std::vector<u8> const picture = png_of(canvas_.pixels());
    std::string const text = text::text_of(actions_.cockpit(), "", 100);
    bool const written = write_whole(name + ".png", picture.data(), picture.size()) &&
                         write_whole(name + ".txt", text.data(), text.size());
    actions_.say(written ? fmt::format("The picture is in {}.png, its text in {}.txt", name, name)
                         : fmt::format("The picture cannot be written: {}.png", name));
}

} // namespace ringside::window
