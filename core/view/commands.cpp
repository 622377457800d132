// The words of the `:` line.
#include "core/host_error.hpp"
#include "core/trace/when.hpp"
#include "core/view/cockpit.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace ringside::view {

namespace {

struct Move {
    std::string_view word;
    std::string_view letter;
    Unit unit;
    std::string_view does;
};
constexpr std::array<Move, 7> moves{{
    {"micro", ".", Unit::Micro, "one line of the event's record"},
    {"event", "e", Unit::Event, "one event"},
    {"scene", "w", Unit::Scene, "one scene"},
    {"step", "s", Unit::Instruction, "one instruction"},
    {"next", "n", Unit::Over, "one instruction, over calls, INT and faults"},
    {"finish", "f", Unit::Out, "out of this function"},
    {"run", "c", Unit::Run, "to a breakpoint or the end"},
}};

std::string help_text() {
    std::string text = "A move, alone or with a number; 'back' in front goes back:\n";
    for (Move const& move : moves) {
        text += fmt::format("  {:<7} {:<2} {}\n", move.word, move.letter, move.does);
    }
    text += "go WHEN      41  41.3  insn:4811  key:sys1/write/copy  50%  start  end\n"
            "break PLACE  a function, FILE:LINE or an address; the same again takes "
            "it away\n"
            "stop KIND    of event: fault, gate, cr3, walk, syscall write ...; "
            "likewise\n"
            "watch EXPR   eax, jiffies, [esp + 4], phys [253130], pte 804b000; "
            "likewise\n"
            "stops        all that is set\n"
            "find TEXT    the next event with it in its key or sentence; alone: "
            "again\n"
            "mark LETTER  remembers this moment; 'to LETTER' goes there\n"
            "compare LETTER  stars show what differs from that mark; again: as "
            "before\n"
            "regs         the registers on one line\n"
            "key          the key of the next event\n"
            "where        the moment as numbers";
    return text;
}

std::optional<u64> number_of(std::string_view text, int base) {
    u64 value = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), value, base);
    bool const whole = end.ec == std::errc{} && end.ptr == text.data() + text.size();
    return whole && !text.empty() ? std::optional{value} : std::nullopt;
}

// The first word of `text`, which keeps the rest.
std::string_view take_word(std::string_view& text) {
    auto skip = [&] { text.remove_prefix(std::min(text.find_first_not_of(' '), text.size())); };
    skip();
    std::string_view const word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    skip();
    return word;
}

Move const* find_move(std::string_view word) {
    for (Move const& move : moves) {
        if (move.word == word || move.letter == word) {
            return &move;
        }
    }
    return nullptr;
}

} // namespace

std::vector<u64> Cockpit::resolve(std::string_view place) const {
    std::size_t const colon = place.rfind(':');
    for (Symbols const* symbols : {&maker_.kernel(), &maker_.program()}) {
        if (auto const address = symbols->address_of(place)) {
            return {*address};
        }
        if (colon != std::string_view::npos) {
            auto const line = number_of(place.substr(colon + 1), 10);
            auto found =
                line ? symbols->addresses_of(place.substr(0, colon), static_cast<u32>(*line))
                     : std::vector<u64>{};
            if (!found.empty()) {
                return found;
            }
        }
    }
    bool const prefixed = place.starts_with("0x");
    auto const address = number_of(prefixed ? place.substr(2) : place, 16);
    return address ? std::vector<u64>{*address} : std::vector<u64>{};
}

std::string Cockpit::breakpoint_command(std::string_view place) {
    std::vector<u64> const found =
        place.empty() ? std::vector<u64>{linear_ip(cpu_at(at_.tick))} : resolve(place);
    if (found.empty()) {
        throw HostError{fmt::format("break: no function, line or address '{}'", place)};
    }
    std::string answer;
    for (u64 const address : found) {
        toggle_breakpoint(address);
        answer += fmt::format("{}breakpoint {:08x} {}", answer.empty() ? "" : "\n", address,
                              settings_.breakpoints.contains(address) ? "set" : "taken away");
    }
    return answer;
}

void Cockpit::go_when(std::string_view text) {
    auto const when = trace::parse_when(text);
    if (!when) {
        throw HostError{when.error()};
    }
    Session& session = *subject_.session;
    auto const point =
        trace::find_moment(when.value(), session.events(), maker_.outline(), session.end().insns);
    if (!point) {
        throw HostError{point.error()};
    }
    if (point.value().insn) {
        session.go_to_insn(*point.value().insn);
        go_to_tick(session.moment().tick);
        unit_ = Unit::Instruction;
        return;
    }
    go_to_event(point.value().event);
    at_.micro = point.value().micro;
    go(at_);
    unit_ = Unit::Event;
}

std::string Cockpit::registers_text() {
    Cpu const& cpu = now().cpu;
    return fmt::format("eax {:x} ebx {:x} ecx {:x} edx {:x} esi {:x} edi {:x} ebp {:x} esp {:x} "
                       "eip {:x} eflags {:x} cs {:x} ss {:x} ds {:x} es {:x} cr2 {:x} cr3 {:x}",
                       cpu[Gpr::RAX], cpu[Gpr::RBX], cpu[Gpr::RCX], cpu[Gpr::RDX], cpu[Gpr::RSI],
                       cpu[Gpr::RDI], cpu[Gpr::RBP], cpu[Gpr::RSP], cpu.rip, cpu.rflags,
                       cpu.segments[seg::SegmentName::CS].selector.raw,
                       cpu.segments[seg::SegmentName::SS].selector.raw,
                       cpu.segments[seg::SegmentName::DS].selector.raw,
                       cpu.segments[seg::SegmentName::ES].selector.raw, cpu.cr2, cpu.cr3);
}

std::string Cockpit::move_command(std::string_view word, std::string_view rest,
                                  Direction direction) {
    Move const* const move = find_move(word);
    if (move == nullptr) {
        throw HostError{fmt::format("'{}' is no command; help lists them", word)};
    }
    u64 times = 1;
    if (!rest.empty()) {
        auto const number = number_of(rest, 10);
        if (!number || *number == 0) {
            throw HostError{fmt::format("{} NUMBER: '{}' is no number", word, rest)};
        }
        times = *number;
    }
    for (u64 done = 0; done < times; ++done) {
        if (!this->move(move->unit, direction)) {
            return direction == Direction::Forward ? "the run ends here" : "the run begins here";
        }
    }
    return stopped_by_;
}

std::string Cockpit::execute(std::string_view command) {
    std::string_view rest = command;
    std::string_view const word = take_word(rest);
    while (!rest.empty() && rest.back() == ' ') {
        rest.remove_suffix(1);
    }
    if (word.empty()) {
        return {};
    }
    if (word == "help" || word == "?") {
        return help_text();
    }
    if (word == "go") {
        go_when(rest);
        return {};
    }
    if (word == "break" || word == "b") {
        return breakpoint_command(rest);
    }
    if (word == "breaks" || word == "stops") {
        return settings_text();
    }
    if (word == "stop" || word == "watch" || word == "find") {
        if (rest.empty() && word != "find") {
            throw HostError{fmt::format("{} WHAT: see help", word)};
        }
        return word == "stop"    ? toggle_stop(rest)
               : word == "watch" ? toggle_watch(rest)
                                 : find(rest, Direction::Forward);
    }
    if (word == "mark" || word == "to" || word == "compare") {
        if (rest.size() != 1) {
            throw HostError{fmt::format("{} LETTER: '{}' is no letter", word, rest)};
        }
        return word == "mark" ? set_mark(rest[0])
               : word == "to" ? go_to_mark(rest[0])
                              : toggle_compare(rest[0]);
    }
    if (word == "regs") {
        return registers_text();
    }
    if (word == "key") {
        return at_.event < events() ? key() : "the end: there is no next event";
    }
    if (word == "where") {
        return fmt::format("event {} of {}, line {}, tick {}, insn {}", at_.event, events(),
                           at_.micro, at_.tick, now().insn);
    }
    if (word == "back") {
        std::string_view number = rest;
        std::string_view const unit = take_word(number);
        return move_command(unit.empty() ? "event" : unit, number, Direction::Back);
    }
    return move_command(word, rest, Direction::Forward);
}

} // namespace ringside::view
