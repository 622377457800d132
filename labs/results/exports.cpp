// The result in the formats of others: Gradescope's results.json, Autolab's last line, JUnit's XML.
#include "labs/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ringside::labs {

namespace {

using Json = nlohmann::ordered_json;

// All that a student is to read of one test.
std::string output_of(TestResult const& test) {
    std::string text{to_string(test.status)};
    auto const add = [&](std::string_view name, std::string const& what) {
        if (!what.empty()) {
            text += fmt::format("\n{}: {}", name, what);
        }
    };
    if (test.status == TestStatus::Fail || test.status == TestStatus::Partial) {
        add("why", test.why);
        add("wanted", test.expected);
        add("got", test.got);
        add("see", test.reproduce);
    }
    return text;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            // XML 1.0 has no other control characters.
            out += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? '?' : c;
        }
    }
    return out;
}

std::string case_xml(Report const& report, TestResult const& test) {
    std::string xml = fmt::format("    <testcase classname=\"{}\" name=\"{}\">",
                                  escaped(report.lab), escaped(test.id + ": " + test.title));
    if (test.status == TestStatus::NotReached) {
        xml += "<skipped message=\"not reached\"/>";
    } else if (test.status != TestStatus::Pass) {
        xml += fmt::format("<failure message=\"{}/{}\">{}</failure>", points_text(test.score),
                           points_text(test.max), escaped(output_of(test)));
    }
    return xml + "</testcase>\n";
}

} // namespace

std::string to_gradescope(Report const& report) {
    Json json{
        {"score", rounded(report.score)},
        {"output", report.build_messages.empty()
                       ? fmt::format("{} (seed {})", report.lab, report.seed)
                       : report.build_messages},
        {"visibility", "visible"},
        {"stdout_visibility", "hidden"},
        {"extra_data", {{"seed", report.seed}, {"digest", report.digest}, {"insn", report.insns}}}};
    json["tests"] = Json::array();
    int number = 0;
    for (TestResult const& test : report.tests) {
        json["tests"].push_back({{"score", rounded(test.score)},
                                 {"max_score", rounded(test.max)},
                                 {"name", test.id + ": " + test.title},
                                 {"number", std::to_string(++number)},
                                 {"output", output_of(test)},
                                 {"tags", Json::array()},
                                 {"visibility", test.is_public ? "visible" : "after_published"}});
    }
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Groups of tests are Autolab's problems: "flat.A06" counts for "flat".
std::string to_autolab(Report const& report) {
    Json scores = Json::object();
    for (TestResult const& test : report.tests) {
        std::string const problem = test.id.substr(0, test.id.find('.'));
        double const before = scores.contains(problem) ? scores[problem].get<double>() : 0;
        scores[problem] = before + test.score;
    }
    for (auto& [name, score] : scores.items()) {
        score = rounded(score.get<double>());
    }
    return Json{{"scores", scores}, {"scoreboard", {rounded(report.score)}}}.dump() + "\n";
}

std::string to_junit(std::vector<Report> const& reports) {
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (Report const& report : reports) {
        std::size_t failed = 0;
        std::size_t skipped = 0;
        std::string cases;
        for (TestResult const& test : report.tests) {
            bool const missed = test.status == TestStatus::NotReached;
            skipped += missed ? 1 : 0;
            failed += !missed && test.status != TestStatus::Pass ? 1 : 0;
            cases += case_xml(report, test);
        }
        xml +=
            fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{}"
                        "  </testsuite>\n",
                        escaped(report.lab + " " + report.student), report.tests.size(), failed,
                        skipped, cases);
    }
    return xml + "</testsuites>\n";
}

} // namespace ringside::labs
