// Seeds against HMAC-SHA-256 as Python's hmac module computes it.
#include "labs/seed.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace ringside;
using labs::Seed;

// python3 -c 'import hmac; print(hmac.new(b"secret", b"guard_the_door s1234",
// "sha256").hexdigest())'
TEST_CASE("labs: a student's seed is HMAC-SHA-256 of the course's key over lab and student") {
    Seed const seed = Seed::of_student("secret", "guard_the_door", "s1234");
    CHECK(seed.hexadecimal() == "efed84de63d40c11a0b8163792cbc52ce5f405a30a4b6e7b60098775871d253e");
    CHECK(seed.tag() == seed.hexadecimal().substr(0, 4));
}

// hmac.new(bytes.fromhex(the above), b"arena", "sha256").digest()[:8], big-endian, modulo 513
TEST_CASE("labs: a draw is the HMAC of its name under the seed") {
    CHECK(Seed::of_student("secret", "guard_the_door", "s1234").draw("arena", 513) == 370);
}

TEST_CASE("labs: key, lab and student each change the seed") {
    std::set<std::string> const all{Seed::of_student("k", "lab1", "2x").hexadecimal(),
                                    Seed::of_student("k", "lab12", "x").hexadecimal(),
                                    Seed::of_student("k", "lab1", "2y").hexadecimal(),
                                    Seed::of_student("j", "lab1", "2x").hexadecimal(),
                                    Seed::practice("1").hexadecimal(),
                                    Seed::practice("2").hexadecimal()};
    CHECK(all.size() == 6);
}

TEST_CASE("labs: a seed survives being written down") {
    Seed const seed = Seed::practice("7");
    auto const read = Seed::from_hexadecimal(seed.hexadecimal());
    REQUIRE(read.has_value());
    CHECK(read->draw("limit", 1000) == seed.draw("limit", 1000));
    CHECK_FALSE(Seed::from_hexadecimal("").has_value());
    CHECK_FALSE(Seed::from_hexadecimal(std::string(64, 'g')).has_value());
    CHECK_FALSE(Seed::from_hexadecimal(seed.hexadecimal().substr(2)).has_value());
}
