#include "ui/window/sheet_painter.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>

namespace ringside::window {

namespace {

using sheets::Role;
using sheets::RowKind;

constexpr float edge = 8; // between a panel's border and its letters, before scaling

bool is_bold(Role role) {
    return role == Role::Heading || role == Role::Changed || role == Role::Now ||
           role == Role::Failed || role == Role::Fault || role == Role::Key;
}

ImVec2 corner(float x, float y) {
    return {std::floor(x), std::floor(y)};
}

} // namespace

SheetPainter::SheetPainter(Fonts const& fonts, Palette const& palette, float scale)
    : fonts_{fonts}
    , palette_{palette}
    , scale_{scale}
    , cell_{fonts.mono->GetCharAdvance('M'), std::floor(fonts.mono->FontSize * 1.24F)} {}

std::size_t SheetPainter::columns(Box const& box) const {
    return static_cast<std::size_t>(
        std::max(1.0F, (box.width() - 2 * edge * scale_) / cell_.width));
}

std::size_t SheetPainter::rows(Box const& box) const {
    return static_cast<std::size_t>(std::max(1.0F, box.height() / cell_.height));
}

float SheetPainter::row_height(sheets::Row const& row) const {
    return sheets::is_joint(row) ? std::floor(cell_.height * sheets::joint_height) : cell_.height;
}

void SheetPainter::paint_row(ImDrawList& list, sheets::Row const& row, Box const& line, Hit& hit,
                             std::map<int, Box>& tags) const {
    if (row.kind == RowKind::Now) {
        list.AddRectFilled(corner(line.left, line.top), corner(line.right, line.bottom),
                           palette_.now_bar);
    } else if (row.kind == RowKind::Rule || row.kind == RowKind::Heading) {
        list.AddRectFilled(corner(line.left, line.top), corner(line.right, line.bottom),
                           palette_.rule_bar);
    }
    if (row.stripe != 0xff) {
        Role const role = row.stripe == 3 ? Role::Ring3 : Role::Ring0;
        list.AddRectFilled(corner(line.left, line.top), corner(line.left + 4 * scale_, line.bottom),
                           palette_.of(role));
    }
    float x = line.left + edge * scale_;
    float const y = line.top + std::floor((cell_.height - fonts_.mono->FontSize) / 2);
    bool const joint = sheets::is_joint(row);
    for (sheets::Span const& span : row.spans) {
        float const wide = static_cast<float>(sheets::columns(span.text)) * cell_.width;
        Box const box{x, line.top, x + wide, line.bottom};
        if (!joint) {
            ImFont const* const font = is_bold(span.role) ? fonts_.bold : fonts_.mono;
            bool const chip = span.role == Role::Now && row.kind != RowKind::Now &&
                              span.text.find_first_not_of(' ') != std::string::npos;
            if (chip) {
                list.AddRectFilled(corner(box.left - 1, box.top), corner(box.right + 1, box.bottom),
                                   palette_.now_bar);
            }
            list.AddText(font, font->FontSize, corner(x, y), palette_.of(span.role),
                         span.text.c_str());
        }
        if (span.tag != 0) {
            tags[span.tag] = box;
        }
        if ((!span.tip.empty() || span.go != sheets::Span::no_go) &&
            ImGui::IsMouseHoveringRect({box.left, box.top}, {box.right, box.bottom})) {
            hit.tip = span.tip;
            if (span.go != sheets::Span::no_go && ImGui::IsMouseClicked(0)) {
                hit.go = span.go;
            }
        }
        x += wide;
    }
}

// Down from the middle of one span, across, and down into the other; a small head at its end.
void SheetPainter::paint_arrow(ImDrawList& list, Box const& from, Box const& to,
                               Packed colour) const {
    float const start = std::floor((from.left + from.right) / 2) + 0.5F;
    float const end = std::floor((to.left + to.right) / 2) + 0.5F;
    float const across = std::floor((from.bottom + to.top) / 2) + 0.5F;
    float const thick = std::max(1.0F, std::floor(1.5F * scale_));
    float const head = 4 * scale_;
    ImVec2 const points[] = {
        {start, from.bottom}, {start, across}, {end, across}, {end, to.top - head + 1}};
    list.AddPolyline(points, 4, colour, 0, thick);
    list.AddTriangleFilled({end - head, to.top - head}, {end + head, to.top - head},
                           {end, to.top + 1}, colour);
}

SheetPainter::Hit SheetPainter::paint(sheets::Sheet const& sheet, Box const& box, float& scroll,
                                      bool follow) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect({box.left, box.top}, {box.right, box.bottom}, true);
    std::vector<float> tops{0};
    for (sheets::Row const& row : sheet.rows) {
        tops.push_back(tops.back() + row_height(row));
    }
    float const most = std::max(0.0F, tops.back() - box.height());
    if (follow && sheet.focus >= 0 && static_cast<std::size_t>(sheet.focus) < sheet.rows.size()) {
        float const focus = tops[static_cast<std::size_t>(sheet.focus)];
        if (focus < scroll || focus + cell_.height > scroll + box.height()) {
            scroll = focus - box.height() * 0.6F;
        }
    }
    scroll = std::clamp(scroll, 0.0F, most);
    Hit hit;
    std::map<int, Box> tags;
    for (std::size_t at = 0; at < sheet.rows.size(); ++at) {
        Box const line{box.left, box.top + tops[at] - scroll, box.right,
                       box.top + tops[at + 1] - scroll};
        if (line.bottom > box.top && line.top < box.bottom) {
            paint_row(list, sheet.rows[at], line, hit, tags);
        }
    }
    for (sheets::Arrow const& arrow : sheet.arrows) {
        auto const from = tags.find(arrow.from);
        auto const to = tags.find(arrow.to);
        if (from != tags.end() && to != tags.end()) {
            paint_arrow(list, from->second, to->second, palette_.of(arrow.role));
        }
    }
    if (most > 0) { // a thin bar at the edge: there is more
        float const height = box.height() * box.height() / tops.back();
        float const top = box.top + (box.height() - height) * scroll / most;
        list.AddRectFilled(corner(box.right - 4 * scale_, top), corner(box.right - 1, top + height),
                           palette_.of(Role::Link), 2 * scale_);
    }
    list.PopClipRect();
    return hit;
}

float SheetPainter::bar_height() const {
    return std::floor(fonts_.title->FontSize * 1.5F);
}

float SheetPainter::frame_height() const {
    return bar_height() + std::ceil(5 * scale_);
}

Box SheetPainter::inside(Box const& box) const {
    return {box.left + 1, box.top + bar_height() + 2 * scale_, box.right - 1,
            box.bottom - 3 * scale_};
}

float SheetPainter::title_width(std::string const& text) const {
    return fonts_.title->CalcTextSizeA(fonts_.title->FontSize, 1e9F, 0, text.c_str()).x;
}

std::string SheetPainter::fit_title(std::string text, float width) const {
    while (!text.empty() && title_width(text) > width) {
        text = sheets::fit(text, sheets::columns(text) - 1);
        if (text == "…") {
            text.clear();
        }
    }
    return text;
}

bool SheetPainter::frame(sheets::Sheet const& sheet, Box const& box, char key, bool focused) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float const round = 4 * scale_;
    float const space = 8 * scale_;
    float const bar = bar_height();
    float const y = box.top + (bar - fonts_.title->FontSize) / 2;
    list.AddRectFilled({box.left, box.top}, {box.right, box.bottom}, palette_.panel, round);
    list.AddRectFilled({box.left, box.top}, {box.right, box.top + bar}, palette_.title_bar, round,
                       ImDrawFlags_RoundCornersTop);
    auto put = [&](float x, std::string const& text, Role role) {
        list.AddText(fonts_.title, fonts_.title->FontSize, corner(x, y), palette_.of(role),
                     text.c_str());
    };
    float right = box.right - edge * scale_;
    if (key != 0) {
        std::string const name{key};
        right -= title_width(name);
        put(right, name, Role::Key);
        right -= 1.5F * space;
    }
    float left = box.left + edge * scale_;
    auto put_left = [&](std::string const& text, Role role) {
        std::string const fitting = fit_title(text, right - left);
        put(left, fitting, role);
        left += fitting.empty() ? 0 : title_width(fitting) + space;
    };
    put_left(sheet.title, Role::Heading);
    put_left(sheet.about, Role::Normal);
    // Of a note of several parts as many as fit.
    std::string note = sheet.note;
    while (!note.empty() && title_width(note) > right - left) {
        std::size_t const comma = note.rfind(", ");
        note.resize(comma == std::string::npos ? 0 : comma);
    }
    put(right - title_width(note), note, Role::Dim);
    list.AddRect({box.left, box.top}, {box.right, box.bottom},
                 focused ? palette_.focus : palette_.border, round, 0, focused ? 2.0F : 1.0F);
    return ImGui::IsMouseHoveringRect({box.left, box.top}, {box.right, box.top + bar}) &&
           ImGui::IsMouseClicked(0);
}

} // namespace ringside::window
