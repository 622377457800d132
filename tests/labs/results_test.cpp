// The result in every format.
#include "labs/report.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace ringside;
using nlohmann::json;

namespace {

labs::TestResult test(std::string id, labs::TestStatus status, double score, bool is_public) {
    labs::TestResult result;
    result.id = std::move(id);
    result.title = "Title <&>";
    result.status = status;
    result.score = score;
    result.max = 2;
    result.is_public = is_public;
    if (status == labs::TestStatus::Fail) {
        result.why = "because";
        result.expected = is_public ? "1" : "";
        result.got = is_public ? "2" : "";
    }
    return result;
}

labs::Report report() {
    labs::Report made;
    made.lab = "lab";
    made.student = "s1";
    made.seed = "7f3a";
    made.tool = "0";
    made.score = 2.4;
    made.max = 8;
    made.insns = 5;
    made.digest = "d";
    made.tests = {test("a.x", labs::TestStatus::Pass, 2, true),
                  test("a.y", labs::TestStatus::Fail, 0, true),
                  test("b", labs::TestStatus::NotReached, 0, false),
                  test("c", labs::TestStatus::Partial, 0.4, false)};
    return made;
}

} // namespace

TEST_CASE("labs: the native result has the fields of ringside.grade/1") {
    json const read = json::parse(labs::to_json(report()));
    CHECK(read["schema"] == "ringside.grade/1");
    CHECK(read["score"] == 2.4);
    CHECK(read["max"] == 8);
    CHECK(read["tests"][1]["status"] == "fail");
    CHECK(read["tests"][1]["visibility"] == "visible");
    CHECK(read["tests"][2]["status"] == "not reached");
    CHECK(read["tests"][3]["visibility"] == "hidden");
    CHECK(read["lint"].is_array());
}

TEST_CASE("labs: a report survives being written and read") {
    std::string const once = labs::to_json(report());
    CHECK(labs::to_json(labs::report_from_json(once)) == once);
}

TEST_CASE("labs: Gradescope's result has scores, names and visibilities it knows") {
    json const read = json::parse(labs::to_gradescope(report()));
    CHECK(read["score"] == 2.4);
    CHECK(read["tests"].size() == 4);
    CHECK(read["tests"][1]["max_score"] == 2);
    CHECK(read["tests"][1]["output"].get<std::string>().find("wanted: 1") != std::string::npos);
    CHECK(read["tests"][2]["visibility"] == "after_published");
    CHECK(read["tests"][0]["visibility"] == "visible");
}

TEST_CASE("labs: Autolab's line has a score for each group") {
    json const read = json::parse(labs::to_autolab(report()));
    CHECK(read["scores"]["a"] == 2);
    CHECK(read["scores"]["b"] == 0);
    CHECK(read["scores"]["c"] == 0.4);
    CHECK(read["scoreboard"][0] == 2.4);
}

TEST_CASE("labs: JUnit's XML counts failures and skips, and escapes") {
    std::string const xml = labs::to_junit({report()});
    CHECK(xml.find("tests=\"4\" failures=\"2\" skipped=\"1\"") != std::string::npos);
    CHECK(xml.find("Title &lt;&amp;&gt;") != std::string::npos);
    CHECK(xml.find("Title <") == std::string::npos);
}
