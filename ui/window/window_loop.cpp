#include "ui/window/window_loop.hpp"

#include "core/host_error.hpp"
#include "ui/window/png_file.hpp"

#include <SDL2/SDL.h>
#include <imgui.h>

#include <cstdio>
#include <filesystem>
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
        if (dirty_ ? SDL_PollEvent(&event) == 1 : SDL_WaitEvent(&event) == 1) {
            handle(event);
        }
        while (SDL_PollEvent(&event) == 1) {
            handle(event);
        }
    }
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
    surface_.present(canvas_.pixels());
    surface_.set_title(actions_.title());
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
        if (actions_.screen().typing) {
            actions_.type(event.text.text);
        } else if (event.text.text[0] > ' ' && event.text.text[1] == '\0') {
            actions_.character(event.text.text[0]);
        }
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
    dirty_ = true;
}

void WindowLoop::wheel(float lines) {
    if (hovered_ == "story" || hovered_ == "code") {
        actions_.move(Unit::Event, lines > 0 ? Direction::Back : Direction::Forward);
    } else if (!hovered_.empty()) {
        actions_.scroll(hovered_, -lines * rows_a_notch * 16 * actions_.look().scale);
    }
}

void WindowLoop::key(int key_code, unsigned modifiers) {
    bool const shift = (modifiers & KMOD_SHIFT) != 0;
    bool const control = (modifiers & KMOD_CTRL) != 0;
    Direction const time = control ? Direction::Back : Direction::Forward;
    switch (key_code) {
    case SDLK_RIGHT:
        return actions_.move(shift ? Unit::Scene : Unit::Event, Direction::Forward);
    case SDLK_LEFT:
        return actions_.move(shift ? Unit::Scene : Unit::Event, Direction::Back);
    case SDLK_HOME:
        return actions_.go_to_event(0);
    case SDLK_END:
        return actions_.go_to_event(~u64{0});
    case SDLK_F1:
        return actions_.character('?');
    case SDLK_F5:
        return actions_.move(Unit::Run, time);
    case SDLK_F9:
        return actions_.toggle_breakpoint();
    case SDLK_F10:
        return actions_.move(Unit::Over, time);
    case SDLK_F11:
        return actions_.move(shift ? Unit::Out : Unit::Instruction, time);
    case SDLK_F12:
        return save_picture();
    case SDLK_ESCAPE:
        return actions_.escape();
    case SDLK_BACKSPACE:
        return actions_.screen().typing ? actions_.erase() : void();
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
        return actions_.screen().typing ? actions_.enter() : void();
    case SDLK_PAGEDOWN:
    case SDLK_PAGEUP:
        return actions_.scroll(hovered_, (key_code == SDLK_PAGEDOWN ? 1.0F : -1.0F) * 200);
    default:
        if (control) {
            control_key(key_code);
        }
    }
}

void WindowLoop::control_key(int key_code) {
    switch (key_code) {
    case SDLK_EQUALS:
    case SDLK_PLUS:
    case SDLK_KP_PLUS:
        return actions_.scale(1.1F);
    case SDLK_MINUS:
    case SDLK_KP_MINUS:
        return actions_.scale(1 / 1.1F);
    case SDLK_0:
        return actions_.scale(0);
    case SDLK_t:
        return actions_.next_theme();
    default:
        return;
    }
}

// Beside the final name first, so that there never is half a picture.
void WindowLoop::save_picture() {
    std::string const name = actions_.picture_name();
    std::string const unfinished = name + ".part";
    std::vector<u8> const picture = png_of(canvas_.pixels());
    std::ofstream file{unfinished, std::ios::binary};
    file.write(reinterpret_cast<char const*>(picture.data()),
               static_cast<std::streamsize>(picture.size()));
    file.close();
    std::error_code failed;
    if (file) {
        std::filesystem::rename(unfinished, name, failed);
    }
    bool const written = file && !failed;
    if (!written) {
        std::filesystem::remove(unfinished, failed);
    }
    actions_.say(written ? "The picture is in " + name : "The picture cannot be written: " + name);
}

} // namespace ringside::window
