// The stack, highest address on top as it grows down: what the gate pushed, what the kernel saved,
// return addresses by the chain of saved frame pointers.
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

using view::StackOrigin;

Role origin_role(StackOrigin origin) {
    switch (origin) {
    case StackOrigin::Gate:
        return Role::Fetch;
    case StackOrigin::Saved:
        return Role::Level2;
    case StackOrigin::Return:
        return Role::Level3;
    case StackOrigin::Frame:
        return Role::Dim;
    case StackOrigin::Data:
        break;
    }
    return Role::Normal;
}

char const* origin_words(StackOrigin origin) {
    switch (origin) {
    case StackOrigin::Gate:
        return "gate";
    case StackOrigin::Saved:
        return "saved";
    case StackOrigin::Return:
        return "call";
    case StackOrigin::Frame:
        return "frame";
    case StackOrigin::Data:
        break;
    }
    return "";
}

bool changed(view::StackWord const& word, view::StackView const& before) {
    auto const old =
        std::find_if(before.words.begin(), before.words.end(),
                     [&](view::StackWord const& other) { return other.address == word.address; });
    return old == before.words.end() ? word.address < before.pointer : old->value != word.value;
}

} // namespace

Sheet stack_sheet(View const& now, View const& before, PanelState const& state) {
    Sheet sheet;
    sheet.name = "stack";
    sheet.title = "STACK";
    view::StackView const& stack = now.stack;
    unsigned const digits = now.is_64_bit() ? 16 : 8;
    sheet.about = fmt::format("{}, grows down", stack.name);
    if (stack.words.empty()) {
        bool const none = stack.end == stack.pointer;
        sheet.rows.push_back(
            Line{}
                .at(1)
                .put(none ? "Nothing is on it." : "Nothing is mapped at the stack pointer.",
                     Role::Dim)
                .done());
        return sheet;
    }
    std::size_t const room = state.height == 0 ? stack.words.size() : state.height;
    std::size_t const shown = std::min(stack.words.size(), room);
    if (shown < stack.words.size()) {
        sheet.note = fmt::format("{} of {} words", shown, stack.words.size());
    }
    for (std::size_t index = shown; index-- > 0;) {
        view::StackWord const& word = stack.words[index];
        bool const top = index == 0;
        bool const fresh = changed(word, before.stack);
        Line line;
        line.put(top ? ">" : " ", Role::Now).put(address(word.address, digits), Role::Dim);
        line.put(fresh ? " *" : "  ", Role::Changed);
        line.put(hex(word.value, stack.word_size * 2U), fresh ? Role::Changed : Role::Number);
        line.put("  ");
        if (state.width >= 60 || word.name.empty()) { // the name implies it
            line.put(fmt::format("{:<5} ", origin_words(word.origin)), origin_role(word.origin));
        }
        line.put(register_name(word.name, now.is_64_bit()), origin_role(word.origin));
        if (!word.meaning.empty()) {
            line.put(" ").put(word.meaning, Role::Dim);
        }
        sheet.rows.push_back(line.done(top ? RowKind::Now : RowKind::Plain));
    }
    sheet.focus = static_cast<int>(sheet.rows.size()) - 1;
    return sheet;
}

} // namespace ringside::sheets
