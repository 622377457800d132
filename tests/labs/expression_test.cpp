// The numbers in a lab's files.
#include "core/host_error.hpp"
#include "labs/expression.hpp"

#include <doctest/doctest.h>

using namespace ringside;
using labs::evaluate;

namespace {
labs::Names const arena_names{{"arena", 0x20000000}, {"limit", 0x80000000}};
} // namespace

TEST_CASE("labs: an expression is a sum of products of numbers and arena_names") {
    CHECK(evaluate("12", arena_names) == 12);
    CHECK(evaluate("0x1F", arena_names) == 0x1f);
    CHECK(evaluate("arena + 0x1f00", arena_names) == 0x20001f00);
    CHECK(evaluate("limit - 8", arena_names) == 0x7ffffff8);
    CHECK(evaluate("2 + 3 * 4", arena_names) == 14);
    CHECK(evaluate("(2 + 3) * 4", arena_names) == 20);
    CHECK(evaluate("10 - 3 - 2", arena_names) == 5);
    CHECK(evaluate("-16", arena_names) == ~u64{0} - 15);
}

TEST_CASE("labs: what is no expression is refused with the reason") {
    for (char const* const text : {"", "1 +", "arena arena", "0x", "12x", "nobody", "(1", "1)",
                                   "$ptr", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(static_cast<void>(evaluate(text, arena_names)), HostError);
    }
    CHECK_THROWS_AS(static_cast<void>(evaluate(std::string(1000, '(') + "1", arena_names)),
                    HostError);
}

TEST_CASE("labs: braces in a text are filled with hexadecimal numbers") {
    CHECK(labs::fill_in("at {arena + 8}, below {limit}", arena_names) ==
          "at 0x20000008, below 0x80000000");
    CHECK(labs::fill_in("none", arena_names) == "none");
    CHECK(labs::fill_in("an { open end", arena_names) == "an { open end");
}

TEST_CASE("labs: braces with a question are filled with the word that is true") {
    CHECK(labs::fill_in("s = {arena < limit ? below : above}", arena_names) == "s = below");
    CHECK(labs::fill_in("{limit < arena ? below : above}.", arena_names) == "above.");
    CHECK(labs::fill_in("{limit < limit ? a : arena < limit + 1 ? b : c}", arena_names) == "b");
    CHECK(labs::fill_in("{9 < 1 ? a : 9 < 2 ? b : c}", arena_names) == "c");
    for (char const* const text :
         {"{arena ? a : b}", "{1 < 2 ? a}", "{ ? < : }", "{1 < x ? a : b}"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(static_cast<void>(labs::fill_in(text, arena_names)), HostError);
    }
}
