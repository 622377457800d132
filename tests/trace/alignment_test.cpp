// Two stories in one: every event once, in its own order; what both have is paired; as much is
// paired as can be.
#include "core/trace/alignment.hpp"
#include "tests/trace/story_builder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <rapidcheck.h>

using namespace ringside;
using namespace ringside::trace;
using namespace ringside::trace::testing;

namespace {

// Of "s/a": the event a of the scene s. Keys without a scene are all of one.
std::string scene_of_event(std::string const& key) {
    return key.substr(0, key.find('/') == std::string::npos ? 0 : key.find('/'));
}

Outline outline_of(std::vector<std::string> const& keys) {
    Outline outline;
    outline.keys = keys;
    for (u64 i = 0; i < keys.size(); ++i) {
        outline.events_by_key.emplace(keys[i], i);
        if (i == 0 || outline.scenes.back().key != scene_of_event(keys[i])) {
            outline.scenes.emplace_back().key = scene_of_event(keys[i]);
        }
        outline.scene_of.push_back(static_cast<u32>(outline.scenes.size() - 1));
    }
    return outline;
}

// "a= b< c>": what each row holds.
std::string listing(Outline const& left, Outline const& right) {
    std::string text;
    for (AlignedRow const& row : align(left, right)) {
        text += text.empty() ? "" : " ";
        text += row.left ? left.keys[*row.left] : right.keys[*row.right];
        text += row.left && row.right ? '=' : row.left ? '<' : '>';
    }
    return text;
}

std::size_t pairs_in(std::vector<AlignedRow> const& rows) {
    return static_cast<std::size_t>(
        std::ranges::count_if(rows, [](auto const& row) { return row.left && row.right; }));
}

// "s/a" and the like, every scene in one stretch and the scenes in the alphabet's order.
rc::Gen<std::vector<std::string>> scenes_in_order() {
    return rc::gen::map(
        rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 26)), [](std::vector<int> events) {
            std::ranges::stable_sort(events, {}, [](int event) { return event / 5; });
            std::vector<std::string> keys;
            for (int const event : events) {
                keys.push_back(
                    {static_cast<char>('s' + event / 5), '/', static_cast<char>('a' + event % 5)});
            }
            return keys;
        });
}

// The length of a longest common subsequence by the textbook's table.
std::size_t longest_common(std::vector<std::string> const& a, std::vector<std::string> const& b) {
    std::vector<std::vector<std::size_t>> best(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            best[i][j] = a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1
                                              : std::max(best[i - 1][j], best[i][j - 1]);
        }
    }
    return best[a.size()][b.size()];
}

// Some of the letters, each at most once, in any order.
rc::Gen<std::vector<std::string>> some_keys() {
    return rc::gen::map(rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 26)),
                        [](std::vector<int> const& letters) {
                            std::vector<std::string> keys;
                            for (int const letter : letters) {
                                keys.emplace_back(1, static_cast<char>('a' + letter));
                            }
                            return keys;
                        });
}

} // namespace

TEST_SUITE("trace: alignment") {
    TEST_CASE("what only one story has is a gap in the other") {
        CHECK(listing(outline_of({"a", "b", "d"}), outline_of({"a", "c", "d"})) == "a= b< c> d=");
        CHECK(listing(outline_of({}), outline_of({"a"})) == "a>");
        CHECK(listing(outline_of({"a"}), outline_of({})) == "a<");
        CHECK(align(outline_of({}), outline_of({})).empty());
    }
    TEST_CASE("an event that moved stands alone on both sides") {
        CHECK(listing(outline_of({"a", "b", "c"}), outline_of({"c", "a", "b"})) == "c> a= b= c<");
    }
    TEST_CASE(
        "what stands alone goes by scenes: one is told on both sides before the next begins") {
        CHECK(listing(outline_of({"s/a", "t/load", "t/gate"}), outline_of({"s/b", "t/gate"})) ==
              "s/a< s/b> t/load< t/gate=");
        CHECK(listing(outline_of({"s/a", "u/load", "u/gate"}),
                      outline_of({"s/a", "t/b", "u/gate"})) == "s/a= t/b> u/load< u/gate=");
        CHECK(listing(outline_of({"s/a", "t/a"}), outline_of({"t/b", "s/b"})) ==
              "s/a< t/a< t/b> s/b>");
    }
    TEST_CASE("stories that go through the same scenes in one order open each scene once") {
        CHECK(rc::check([] {
            auto const a = *scenes_in_order();
            auto const b = *scenes_in_order();
            std::vector<std::string> opened;
            for (AlignedRow const& row : align(outline_of(a), outline_of(b))) {
                std::string const scene = scene_of_event(row.left ? a[*row.left] : b[*row.right]);
                if (opened.empty() || opened.back() != scene) {
                    opened.push_back(scene);
                }
            }
            std::ranges::sort(opened);
            RC_ASSERT(std::ranges::adjacent_find(opened) == opened.end());
        }));
    }
    TEST_CASE("a write() under 3G/1G and 4G/4G: the fault is left's, the look-ups are right's") {
        auto const left = make_outline(three_one_write());
        auto const right = make_outline(four_four_write());
        std::string const text = listing(left, right);
        CHECK(text.find("sys1/write/entry=") != std::string::npos);
        CHECK(text.find("sys1/write/access_ok<") != std::string::npos);
        CHECK(text.find("sys1/write/copy/p2/fault<") != std::string::npos);
        CHECK(text.find("sys1/write/copy/p2/softwalk>") != std::string::npos);
        CHECK(text.find("sys1/write/copy/p2/kmap>") != std::string::npos);
        CHECK(text.find("sys1/write/copy=") != std::string::npos);
    }
    TEST_CASE("every event once, in order, and as many pairs as a longest common subsequence") {
        CHECK(rc::check([] {
            auto const a = *some_keys();
            auto const b = *some_keys();
            auto const rows = align(outline_of(a), outline_of(b));
            u64 l = 0;
            u64 r = 0;
            for (AlignedRow const& row : rows) {
                bool const is_pair = row.left && row.right;
                bool const is_none = !row.left && !row.right;
                RC_ASSERT(!is_none);
                RC_ASSERT(row.left.value_or(l) == l);
                RC_ASSERT(row.right.value_or(r) == r);
                RC_ASSERT((is_pair ? a[l] : "") == (is_pair ? b[r] : ""));
                l += row.left ? 1U : 0U;
                r += row.right ? 1U : 0U;
            }
            RC_ASSERT(l == a.size());
            RC_ASSERT(r == b.size());
            RC_ASSERT(pairs_in(rows) == longest_common(a, b));
        }));
    }
}
