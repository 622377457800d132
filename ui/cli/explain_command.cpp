// `ringside explain`: one access through segmentation and paging, by the models that execute it.
// Changes nothing.
#include "core/host_error.hpp"
#include "core/trace/json_bodies.hpp"
#include "core/trace/names.hpp"
#include "core/trace/sentence.hpp"
#include "mmu/page_walk.hpp"
#include "ui/cli/commands.hpp"
#include "ui/cli/machine_options.hpp"
#include "ui/cli/output.hpp"
#include "ui/cli/recording.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <memory>

namespace ringside::cli {

namespace {

using trace::hex;
using trace::Json;

struct ExplainOptions {
    MachineOptions machine;
    std::string at;
    std::string address;
    std::string access = "r";
    int cpl = -1;
    bool prose = false;
};

struct Question {
    seg::SegmentName segment = seg::SegmentName::DS;
    u64 offset = 0;
    bool linear = true; // `offset` is linear: the segment's base is still to be taken off
    seg::SegmentAccessType type = seg::SegmentAccessType::Read;
    std::optional<u8> cpl;
};

[[noreturn]] void bad_address(std::string const& text) {
    throw HostError{
        "'" + text +
        "' is no address: write hex (0x8051000) or a segment register and an offset (ss:0xffc)"};
}

std::optional<u64> hex_number(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
    }
    u64 value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    bool const good = !text.empty() && error == std::errc{} && end == text.data() + text.size();
    return good ? std::optional{value} : std::nullopt;
}

seg::SegmentName segment_named(std::string_view text, std::string const& address) {
    using enum seg::SegmentName;
    for (seg::SegmentName const name : {ES, CS, SS, DS, FS, GS}) {
        if (seg::to_string(name) == text) {
            return name;
        }
    }
    bad_address(address);
}

Question question_of(ExplainOptions const& options) {
    Question question;
    question.type = options.access == "w"   ? seg::SegmentAccessType::Write
                    : options.access == "x" ? seg::SegmentAccessType::Fetch
                                            : seg::SegmentAccessType::Read;
    question.segment = options.access == "x" ? seg::SegmentName::CS : seg::SegmentName::DS;
    std::string_view text = options.address;
    if (auto const colon = text.find(':'); colon != std::string_view::npos) {
        question.segment = segment_named(text.substr(0, colon), options.address);
        question.linear = false;
        text.remove_prefix(colon + 1);
    }
    auto const value = hex_number(text);
    if (!value) {
        bad_address(options.address);
    }
    question.offset = *value;
    if (options.cpl >= 0) {
        question.cpl = static_cast<u8>(options.cpl);
    }
    return question;
}

// A linear address as the segment's offset.
u64 offset_in_segment(Question const& question, Cpu const& cpu, std::string const& address) {
    constexpr u64 four_gigabytes = 0xffff'ffff;
    bool const narrow = !cpu.segments.long_mode_active;
    if (narrow && question.offset > four_gigabytes) {
        throw HostError{"'" + address + "' is beyond this machine's 4 GiB of linear addresses"};
    }
    if (!question.linear) {
        return question.offset;
    }
    u64 const offset = question.offset - cpu.segments[question.segment].base;
    return narrow ? offset & four_gigabytes : offset;
}

Json checks_json(seg::CheckList const& checks) {
    Json list = Json::array();
    for (Check const& check : checks) {
        Json item;
        item["rule"] = check.rule->id;
        item["ok"] = check.ok;
        list.push_back(std::move(item));
    }
    return list;
}

void add_fault(Json& line, Fault const& fault) {
    line["vec"] = static_cast<unsigned>(fault.vector);
    line["err"] = fault.error_code;
    if (fault.vector == ExceptionVector::PF) {
        line["cr2"] = hex(fault.address.value());
    }
    line["rule"] = fault.rule != nullptr ? fault.rule->id : std::string_view{};
    line["verdict"] = "fault";
}

// The tables' own answer. On a TLB hit the access does not ask them; what they say now is shown all
// the same.
std::optional<mmu::PageWalk> walk_of(Explanation const& explained, Session const& session) {
    if (!explained.lookup || explained.lookup->walk) {
        return explained.lookup ? explained.lookup->walk : std::nullopt;
    }
    return mmu::walk(session.physical(), session.cpu().paging_context(), explained.lookup->access);
}

std::string json_text(Question const& question, u64 offset, Explanation const& explained,
                      Session const& session) {
    Json line;
    line["seg"] = seg::to_string(question.segment);
    line["off"] = hex(offset);
    if (explained.segment.outcome) {
        line["lin"] = hex(explained.segment.outcome.value().value());
    }
    line["checks"] = checks_json(explained.segment.checks);
    if (!explained.segment.outcome) {
        add_fault(line, explained.segment.outcome.error());
        return line.dump() + "\n";
    }
    auto const walk = walk_of(explained, session);
    line["walk"] = nullptr;
    if (walk && walk->mode != mmu::PagingMode::None) {
        line["walk"] = Json::object();
        trace::add_body(line["walk"], trace::Walk{*walk});
    }
    line["tlb"] = explained.tlb_hit ? "hit" : "miss";
    if (explained.lookup->outcome) {
        line["pa"] = hex(explained.lookup->outcome.value().address.value());
        line["verdict"] = "ok";
    } else {
        add_fault(line, explained.lookup->outcome.error());
    }
    return line.dump() + "\n";
}

std::string check_lines(std::span<Check const> checks) {
    std::string text;
    for (Check const& check : checks) {
        text += fmt::format("  {} {} ({})\n", check.ok ? "ok  " : "STOP", check.rule->sentence,
                            check.rule->sdm);
    }
    return text;
}

std::string fault_line(Fault const& fault) {
    return fmt::format("verdict: fault {}{}\n",
                       trace::exception_text(static_cast<u8>(fault.vector), fault.error_code),
                       fault.vector == ExceptionVector::PF ? ", CR2 = " + hex(fault.address.value())
                                                           : "");
}

std::string paging_line(Explanation const& explained, Session const& session) {
    std::string const linear = hex(explained.segment.outcome.value().value());
    if (session.cpu().paging_context().mode == mmu::PagingMode::None) {
        return fmt::format("paging: off, so the linear address {} is the physical one\n", linear);
    }
    return fmt::format("paging: linear {}, TLB {}\n", linear,
                       explained.tlb_hit ? "hit: the tables are not asked; they say now:" : "miss");
}

std::string prose(Question const& question, u64 offset, Explanation const& explained,
                  Session const& session) {
    std::string text =
        fmt::format("segmentation: {}:{}\n", seg::to_string(question.segment), hex(offset));
    text += check_lines({explained.segment.checks.begin(), explained.segment.checks.size()});
    if (!explained.segment.outcome) {
        return text + fault_line(explained.segment.outcome.error());
    }
    text += paging_line(explained, session);
    if (auto const walk = walk_of(explained, session)) {
        trace::Event event;
        event.body = trace::Walk{*walk};
        text += "  " + trace::sentence_of(event) + "\n";
        text += check_lines({walk->checks.begin(), walk->checks.size()});
    }
    if (!explained.lookup->outcome) {
        return text + fault_line(explained.lookup->outcome.error());
    }
    return text + fmt::format("verdict: ok, physical {}\n",
                              hex(explained.lookup->outcome.value().address.value()));
}

int explain_run(ExplainOptions const& options) {
    Question const question = question_of(options);
    Recording recording{options.machine.config(), options.machine.max_insns};
    recording.go_to(options.at);
    Session const& session = recording.session();
    u64 const offset = offset_in_segment(question, session.cpu(), options.address);
    Explanation const explained =
        session.explain(question.segment, offset, 1, question.type, question.cpl);
    write_standard_output(options.prose ? prose(question, offset, explained, session)
                                        : json_text(question, offset, explained, session));
    return status::ok;
}

} // namespace

void add_explain(Command& line) {
    auto command = line.add_command(
        "explain", "one access explained: segment, walk, permissions, verdict; changes nothing");
    auto const options = std::make_shared<ExplainOptions>();
    options->machine.add_program_to(command);
    command.add_option("ADDRESS", options->address, "hex: linear, or SEGREG:OFFSET").required();
    options->machine.add_machine_to(command);
    command.add_option("--at", options->at, "WHEN").required();
    command.add_option("--access", options->access, "read, write or execute")
        .one_of({"r", "w", "x"})
        .tells_default();
    command.add_option("--cpl", options->cpl, "the ring that asks (default: the current one)")
        .between(0, 3);
    command.add_flag("--text", options->prose, "prose instead of JSON");
    command.footer(
        "Example: ringside explain pages --at key:sys1/write/copy/p2 0x804b000 --access r --text");
    command.action([options] { return explain_run(*options); });
}

} // namespace ringside::cli
