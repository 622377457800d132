// The native result, and the text for people.
#include "labs/report.hpp"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ringside::labs {

namespace {

using Json = nlohmann::ordered_json;

Json test_json(TestResult const& test) {
    Json json{{"id", test.id},
              {"title", test.title},
              {"score", rounded(test.score)},
              {"max", rounded(test.max)},
              {"status", to_string(test.status)},
              {"visibility", test.is_public ? "visible" : "hidden"}};
    auto const add = [&](char const* name, std::string const& text) {
        if (!text.empty()) {
            json[name] = text;
        }
    };
    add("why", test.why);
    add("sdm", test.sdm);
    add("event", test.event);
    add("expect", test.expected);
    add("got", test.got);
    add("repro", test.reproduce);
    if (!test.pictures.empty()) {
        json["pictures"] = test.pictures;
    }
    add("text", test.text);
    return json;
}

Json report_json(Report const& report) {
    Json json{{"schema", "ringside.grade/1"}, {"lab", report.lab},
              {"student", report.student},    {"seed", report.seed},
              {"tool", report.tool},          {"score", rounded(report.score)},
              {"max", rounded(report.max)},   {"insn", report.insns}};
    json["tests"] = Json::array();
    for (TestResult const& test : report.tests) {
        json["tests"].push_back(test_json(test));
    }
    json["lint"] = Json::array();
    json["files_replaced"] = report.files_replaced;
    if (!report.build_messages.empty()) {
        json["build"] = report.build_messages;
    }
    json["digest"] = report.digest;
    return json;
}

std::string dump(Json const& json) {
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

TestStatus status_of(std::string_view word) {
    using enum TestStatus;
    for (TestStatus const status : {Pass, Partial, Fail}) {
        if (to_string(status) == word) {
            return status;
        }
    }
    return NotReached;
}

std::string test_lines(TestResult const& test) {
    std::string text =
        fmt::format("  {:<11} {:>5}/{:<5} {:<22} {}\n", to_string(test.status),
                    points_text(test.score), points_text(test.max), test.id, test.title);
    auto const add = [&](std::string_view name, std::string const& what) {
        if (!what.empty()) {
            text += fmt::format("                {:<9} {}\n", name, what);
        }
    };
    if (test.status == TestStatus::Fail || test.status == TestStatus::Partial) {
        add("why", test.why);
        add("wanted", test.expected);
        add("got", test.got);
        add("manual", test.sdm.empty() ? "" : "SDM " + test.sdm);
        add("look", test.reproduce);
    }
    return text;
}

} // namespace

std::string_view to_string(TestStatus status) {
    switch (status) {
        using enum TestStatus;
    case Pass:
        return "pass";
    case Partial:
        return "partial";
    case Fail:
        return "fail";
    case NotReached:
        break;
    }
    return "not reached";
}

double rounded(double points) {
    return std::round(points * 100) / 100;
}

std::string points_text(double points) {
    return fmt::format("{}", rounded(points));
}

std::string to_json(Report const& report) {
    return dump(report_json(report));
}

std::string to_json(std::vector<Report> const& reports) {
    if (reports.size() == 1) {
        return to_json(reports.front());
    }
    Json list = Json::array();
    for (Report const& report : reports) {
        list.push_back(report_json(report));
    }
    return dump(list);
}

Report report_from_json(std::string const& json) {
    Json const read = Json::parse(json);
    Report report;
    report.lab = read.at("lab");
    report.student = read.at("student");
    report.seed = read.at("seed");
    report.tool = read.at("tool");
    report.score = read.at("score");
    report.max = read.at("max");
    report.insns = read.at("insn");
    report.files_replaced = read.at("files_replaced").get<std::vector<std::string>>();
    report.build_messages = read.value("build", "");
    report.digest = read.at("digest");
    for (Json const& each : read.at("tests")) {
        TestResult test;
        test.id = each.at("id");
        test.title = each.at("title");
        test.score = each.at("score");
        test.max = each.at("max");
        test.status = status_of(each.at("status").get<std::string>());
        test.is_public = each.at("visibility") == "visible";
        test.why = each.value("why", "");
        test.sdm = each.value("sdm", "");
        test.event = each.value("event", "");
        test.expected = each.value("expect", "");
        test.got = each.value("got", "");
        test.reproduce = each.value("repro", "");
        test.pictures = each.value("pictures", std::vector<std::string>{});
        test.text = each.value("text", "");
        report.tests.push_back(std::move(test));
    }
    return report;
}

std::string to_text(Report const& report, bool all) {
    std::string text =
        fmt::format("{}: {} (seed {})\n", report.lab,
                    report.student.empty() ? "practice" : report.student, report.seed);
    for (std::string const& file : report.files_replaced) {
        text += fmt::format("  replaced    {}: it is given, changes to it do not count\n", file);
    }
    text += report.build_messages;
    for (TestResult const& test : report.tests) {
        bool const shown = test.status != TestStatus::Pass || all;
        text += shown ? test_lines(test) : "";
    }
    return text + fmt::format("Score: {}/{}\n", points_text(report.score), points_text(report.max));
}

} // namespace ringside::labs
