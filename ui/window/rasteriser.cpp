#include "ui/window/rasteriser.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ringside::window {

namespace {

constexpr u32 opaque = 0xff000000U;

u32 div255(u32 value) {
    value += 128;
    return (value + (value >> 8U)) >> 8U;
}

struct Colour {
    u32 red;
    u32 green;
    u32 blue;
    u32 alpha;
    explicit Colour(u32 packed)
        : red{packed & 255U}
        , green{packed >> 8U & 255U}
        , blue{packed >> 16U & 255U}
        , alpha{packed >> 24U} {}
    [[nodiscard]] u32 solid() const { return red | green << 8U | blue << 16U | opaque; }
};

u32 blend(u32 under, Colour const& over, u32 alpha) {
    if (alpha == 0) {
        return under;
    }
    if (alpha == 255) {
        return over.solid();
    }
    u32 const rest = 255 - alpha;
    Colour const base{under};
    return div255(over.red * alpha + base.red * rest) |
           div255(over.green * alpha + base.green * rest) << 8U |
           div255(over.blue * alpha + base.blue * rest) << 16U | opaque;
}

struct Clip {
    int left;
    int top;
    int right;
    int bottom;
};

class Rasteriser {
public:
    Rasteriser(Pixels& pixels, Atlas const& atlas)
        : pixels_{pixels}
        , atlas_{atlas} {}

    void rectangle(Clip const& clip, ImDrawVert const& from, ImDrawVert const& to);
    void triangle(Clip const& clip, ImDrawVert const& a, ImDrawVert b, ImDrawVert c);

private:
    [[nodiscard]] u32 texel(float u, float v) const {
        int const x =
            std::clamp(static_cast<int>(u * static_cast<float>(atlas_.width)), 0, atlas_.width - 1);
        int const y = std::clamp(static_cast<int>(v * static_cast<float>(atlas_.height)), 0,
                                 atlas_.height - 1);
        return atlas_.coverage[y * atlas_.width + x];
    }
    [[nodiscard]] u32* row(int y) {
        return pixels_.rgba.data() +
               static_cast<std::size_t>(y) * static_cast<std::size_t>(pixels_.width);
    }
    static void fill(u32* from, u32* to, Colour const& colour, u32 alpha) {
        if (alpha == 255) {
            std::fill(from, to, colour.solid());
            return;
        }
        for (; from != to; ++from) {
            *from = blend(*from, colour, alpha);
        }
    }

    Pixels& pixels_;
    Atlas const& atlas_;
};

void Rasteriser::rectangle(Clip const& clip, ImDrawVert const& from, ImDrawVert const& to) {
    auto edge = [](float at) { return static_cast<int>(std::ceil(at - 0.5F)); };
    int const left = std::max(clip.left, edge(from.pos.x));
    int const right = std::min(clip.right, edge(to.pos.x));
    int const top = std::max(clip.top, edge(from.pos.y));
    int const bottom = std::min(clip.bottom, edge(to.pos.y));
    Colour const colour{from.col};
    if (left >= right || top >= bottom || colour.alpha == 0) {
        return;
    }
    if (from.uv.x == to.uv.x && from.uv.y == to.uv.y) {
        u32 const alpha = div255(colour.alpha * texel(from.uv.x, from.uv.y));
        for (int y = top; y < bottom; ++y) {
            fill(row(y) + left, row(y) + right, colour, alpha);
        }
        return;
    }
    float const du = (to.uv.x - from.uv.x) / (to.pos.x - from.pos.x);
    float const dv = (to.uv.y - from.uv.y) / (to.pos.y - from.pos.y);
    for (int y = top; y < bottom; ++y) {
        float const v = from.uv.y + (static_cast<float>(y) + 0.5F - from.pos.y) * dv;
        u32* const line = row(y);
        for (int x = left; x < right; ++x) {
            float const u = from.uv.x + (static_cast<float>(x) + 0.5F - from.pos.x) * du;
            line[x] = blend(line[x], colour, div255(colour.alpha * texel(u, v)));
        }
    }
}

// A corner in 24.8 fixed point, so that edges are exact.
struct Corner {
    i64 x;
    i64 y;
    explicit Corner(ImVec2 const& at)
        : x{std::lround(at.x * 256.0F)}
        , y{std::lround(at.y * 256.0F)} {}
};

// One edge's function over the pixels; a pixel is inside when all three are not negative. The
// top-left rule gives each pixel of a shared edge to one triangle.
struct Edge {
    i64 dx;
    i64 dy;
    Corner from;
    i64 bias;
    Edge(Corner const& a, Corner const& b)
        : dx{b.x - a.x}
        , dy{b.y - a.y}
        , from{a}
        , bias{dy < 0 || (dy == 0 && dx > 0) ? 0 : -1} {}
    [[nodiscard]] i64 at(i64 x, i64 y) const { return dx * (y - from.y) - dy * (x - from.x); }
};

// The span of pixels [low, high] from `start` on in which value + step * n >= 0.
void cut(i64 value, i64 step, i64& low, i64& high) {
    if (step > 0) {
        low = value < 0 ? std::max(low, (-value + step - 1) / step) : low;
    } else if (step < 0) {
        high = value < 0 ? -1 : std::min(high, value / -step);
    } else if (value < 0) {
        high = -1;
    }
}

// A colour between three corners by their weights.
u32 mix(ImDrawVert const& a, ImDrawVert const& b, ImDrawVert const& c, float wa, float wb,
        float wc) {
    u32 packed = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        float const part = wa * static_cast<float>(a.col >> shift & 255U) +
                           wb * static_cast<float>(b.col >> shift & 255U) +
                           wc * static_cast<float>(c.col >> shift & 255U);
        packed |= static_cast<u32>(std::clamp(part + 0.5F, 0.0F, 255.0F)) << shift;
    }
    return packed;
}

void Rasteriser::triangle(Clip const& clip, ImDrawVert const& a, ImDrawVert b, ImDrawVert c) {
    Corner const at_a{a.pos};
    i64 area = Edge{at_a, Corner{b.pos}}.at(Corner{c.pos}.x, Corner{c.pos}.y);
    if (area == 0) {
        return;
    }
    if (area < 0) {
        std::swap(b, c);
        area = -area;
    }
    Corner const at_b{b.pos};
    Corner const at_c{c.pos};
    Edge const edges[3] = {{at_b, at_c}, {at_c, at_a}, {at_a, at_b}};
    auto lowest = [](i64 p, i64 q, i64 r) {
        return static_cast<int>((std::min({p, q, r}) + 127) >> 8);
    };
    auto highest = [](i64 p, i64 q, i64 r) {
        return static_cast<int>((std::max({p, q, r}) + 128) >> 8);
    };
    int const left = std::max(clip.left, lowest(at_a.x, at_b.x, at_c.x));
    int const right = std::min(clip.right - 1, highest(at_a.x, at_b.x, at_c.x));
    int const top = std::max(clip.top, lowest(at_a.y, at_b.y, at_c.y));
    int const bottom = std::min(clip.bottom - 1, highest(at_a.y, at_b.y, at_c.y));
    bool const flat = a.col == b.col && b.col == c.col;
    bool const solid = a.uv.x == b.uv.x && b.uv.x == c.uv.x && a.uv.y == b.uv.y && b.uv.y == c.uv.y;
    u32 const cover = solid ? texel(a.uv.x, a.uv.y) : 0;
    for (int y = top; y <= bottom && left <= right; ++y) {
        i64 const py = (static_cast<i64>(y) << 8) + 128;
        i64 const px = (static_cast<i64>(left) << 8) + 128;
        i64 low = 0;
        i64 high = right - left;
        i64 value[3];
        for (int edge = 0; edge < 3; ++edge) {
            value[edge] = edges[edge].at(px, py);
            cut(value[edge] + edges[edge].bias, -edges[edge].dy * 256, low, high);
        }
        u32* const line = row(y) + left;
        if (low <= high && solid && flat) {
            Colour const colour{a.col};
            fill(line + low, line + high + 1, colour, div255(colour.alpha * cover));
            continue;
        }
        for (i64 x = low; x <= high; ++x) {
            auto weight = [&](int edge) {
                return static_cast<float>(value[edge] - edges[edge].dy * 256 * x) /
                       static_cast<float>(area);
            };
            float const wa = weight(0);
            float const wb = weight(1);
            float const wc = weight(2);
            Colour const colour{flat ? a.col : mix(a, b, c, wa, wb, wc)};
            u32 const here = solid ? cover
                                   : texel(wa * a.uv.x + wb * b.uv.x + wc * c.uv.x,
                                           wa * a.uv.y + wb * b.uv.y + wc * c.uv.y);
            line[x] = blend(line[x], colour, div255(colour.alpha * here));
        }
    }
}

// Two triangles that make an upright rectangle of one colour: text, boxes, backgrounds.
bool is_rectangle(ImDrawVert const& a, ImDrawVert const& b, ImDrawVert const& c,
                  ImDrawVert const& d) {
    return a.pos.y == b.pos.y && b.pos.x == c.pos.x && c.pos.y == d.pos.y && d.pos.x == a.pos.x &&
           a.pos.x < c.pos.x && a.pos.y < c.pos.y && a.col == b.col && a.col == c.col &&
           a.col == d.col && a.uv.y == b.uv.y && b.uv.x == c.uv.x && c.uv.y == d.uv.y &&
           d.uv.x == a.uv.x;
}

void draw_command(Rasteriser& raster, Pixels const& pixels, ImDrawList const& list,
                  ImDrawCmd const& command) {
    Clip const clip{std::max(0, static_cast<int>(command.ClipRect.x)),
                    std::max(0, static_cast<int>(command.ClipRect.y)),
                    std::min(pixels.width, static_cast<int>(command.ClipRect.z)),
                    std::min(pixels.height, static_cast<int>(command.ClipRect.w))};
    if (command.UserCallback != nullptr || clip.left >= clip.right || clip.top >= clip.bottom) {
        return;
    }
    ImDrawVert const* const vertex = list.VtxBuffer.Data + command.VtxOffset;
    ImDrawIdx const* const index = list.IdxBuffer.Data + command.IdxOffset;
    for (unsigned at = 0; at + 2 < command.ElemCount;) {
        ImDrawVert const& a = vertex[index[at]];
        ImDrawVert const& b = vertex[index[at + 1]];
        ImDrawVert const& c = vertex[index[at + 2]];
        bool const quad = at + 5 < command.ElemCount && index[at] == index[at + 3] &&
                          index[at + 2] == index[at + 4];
        if (quad && is_rectangle(a, b, c, vertex[index[at + 5]])) {
            raster.rectangle(clip, a, c);
            at += 6;
            continue;
        }
        raster.triangle(clip, a, b, c);
        at += 3;
    }
}

} // namespace

void Pixels::resize(int new_width, int new_height) {
    width = new_width;
    height = new_height;
    rgba.assign(static_cast<std::size_t>(new_width) * static_cast<std::size_t>(new_height), opaque);
}

void rasterise(Pixels& pixels, Atlas const& atlas, ImDrawData const& draw) {
    Rasteriser raster{pixels, atlas};
    for (int at = 0; at < draw.CmdListsCount; ++at) {
        ImDrawList const& list = *draw.CmdLists[at];
        for (ImDrawCmd const& command : list.CmdBuffer) {
            draw_command(raster, pixels, list, command);
        }
    }
}

} // namespace ringside::window
