#include "core/view/code_stream.hpp"

#include "core/decoder/decode.hpp"
#include "core/decoder/disassembler.hpp"
#include "core/trace/sentence.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

namespace ringside::view {

namespace {

constexpr u64 longest_function = 8192; // bytes that are read of one function
constexpr std::size_t instructions_before = 24;
constexpr std::size_t instructions_after = 24;

// The base that a code selector of the GDT stands for now; code of an LDT has none of the names.
u64 code_base(Session const& session, u16 selector) {
    Cpu const& cpu = session.cpu();
    if (cpu.segments[seg::SegmentName::CS].selector.raw == selector) {
        return cpu.segments[seg::SegmentName::CS].base;
    }
    std::vector<u8> const bytes =
        session.peek(LinearAddress{cpu.segments.gdtr.base + (selector & 0xfff8U)}, 8);
    u64 raw = 0;
    for (std::size_t byte = bytes.size(); byte-- > 0;) {
        raw = raw << 8U | bytes[byte];
    }
    seg::SegmentDescriptor const descriptor{raw};
    return cpu.segments.long_mode_active && descriptor.long_mode() ? 0 : descriptor.base();
}

// "0x8049abc" in an instruction's text is named when something of that name starts just there.
// Jumps are shown with linear targets, data with its offset in a segment that begins at `base`.
std::string named_operand(std::string const& text, Symbols const& symbols, u64 base) {
    std::size_t const at = text.find("0x");
    if (at == std::string::npos) {
        return {};
    }
    u64 value = 0;
    std::from_chars(text.data() + at + 2, text.data() + text.size(), value, 16);
    for (u64 const address : {value, value + base}) {
        auto const place = symbols.at(address);
        if (place && !place->function.empty() && place->offset == 0 && value > 0x1000) {
            return std::string{place->function};
        }
    }
    return {};
}

class StreamWriter {
public:
    StreamWriter(Session const& session, GuestCode const& guest, std::set<u64> const& breakpoints)
        : session_{session}
        , guest_{guest}
        , breakpoints_{breakpoints}
        , size_{session.cpu().segments.long_mode_active ? CodeSize::Bits64 : CodeSize::Bits32} {}

    // The context that was interrupted: its last source line and instruction.
    void outer(OpenGate const& gate) {
        u64 const linear = code_base(session_, gate.from.cs) + gate.from.ip;
        CodeAt const at{size_ == CodeSize::Bits64 ? linear : linear & 0xffffffff, gate.cr3,
                        gate.from.cpl};
        heading(at, true);
        std::vector<CodeLine> const code = function(at);
        auto const here = std::find_if(code.begin(), code.end(), [&](CodeLine const& line) {
            return line.kind == CodeKind::Instruction && line.address == at.linear;
        });
        if (here == code.end()) {
            return;
        }
        auto const first = last_source_before(code, here);
        for (auto line = first; line <= here; ++line) {
            lines_.push_back(*line);
            lines_.back().outer = true;
        }
        CodeLine crossing;
        crossing.kind = CodeKind::Crossing;
        crossing.ring = gate.to.cpl;
        crossing.text = gate.gate ? crossing_words(*gate.gate) : crossing_words(gate);
        lines_.push_back(std::move(crossing));
    }

    void inner(CodeAt const& at) {
        heading(at, false);
        std::vector<CodeLine> code = function(at);
        auto const here = std::find_if(code.begin(), code.end(), [&](CodeLine const& line) {
            return line.kind == CodeKind::Instruction && line.address == at.linear;
        });
        if (here != code.end()) {
            here->now = true;
            auto const source = last_source_before(code, here);
            source->now = source->kind == CodeKind::Source;
        }
        auto const now = static_cast<std::size_t>(here - code.begin());
        std::size_t const first = now > instructions_before ? now - instructions_before : 0;
        for (std::size_t line = first; line < std::min(code.size(), now + instructions_after);
             ++line) {
            lines_.push_back(std::move(code[line]));
        }
    }

    std::vector<CodeLine> take() { return std::move(lines_); }

private:
    using Lines = std::vector<CodeLine>;

    static Lines::iterator last_source_before(Lines& code, Lines::iterator here) {
        auto at = here;
        while (at != code.begin() && at->kind != CodeKind::Source) {
            --at;
        }
        return at->kind == CodeKind::Source ? at : here;
    }
    static Lines::const_iterator last_source_before(Lines const& code, Lines::const_iterator here) {
        auto at = here;
        while (at != code.begin() && at->kind != CodeKind::Source) {
            --at;
        }
        return at->kind == CodeKind::Source ? at : here;
    }

    static std::string crossing_words(trace::Gate const& gate) {
        std::string const what = gate.source == trace::GateSource::Int
                                     ? fmt::format("int {:#x}", gate.vec)
                                     : trace::exception_text(gate.vec, 0);
        std::string const name = what.substr(0, what.find_first_of("(,"));
        return gate.from.cpl == gate.to.cpl
                   ? fmt::format("{} in ring {}: same stack", name, gate.to.cpl)
                   : fmt::format("{}: ring {} -> {}, stack from the TSS", name, gate.from.cpl,
                                 gate.to.cpl);
    }

    // By an instruction that asks no gate: SYSENTER takes a stack from an MSR, SYSCALL none.
    static std::string crossing_words(OpenGate const& by) {
        std::string name = by.instruction;
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) {
            return static_cast<char>(std::tolower(letter));
        });
        return fmt::format("{}: ring {} -> {}, {}", name, by.from.cpl, by.to.cpl,
                           by.from.sp == by.to.sp ? "still the program's stack"
                                                  : "stack from an MSR");
    }

    void heading(CodeAt const& at, bool outer) {
        CodeLine line;
        line.kind = CodeKind::Function;
        line.ring = at.ring;
        line.outer = outer;
        auto const place = guest_.of(at.ring).at(at.linear);
        line.text = place && !place->function.empty() ? std::string{place->function}
                                                      : std::string{"code without a name"};
        // The function's own file; the line at hand may be an inlined one's.
        auto const start = place && !place->function.empty()
                               ? guest_.of(at.ring).at(place->function_start)
                               : place;
        line.note = start ? std::string{start->file} : std::string{};
        lines_.push_back(std::move(line));
    }

    // All instructions of the function at an address, with their source lines; when it has no name,
    // from the address on. Decoding starts where the function does, so it meets every boundary.
    [[nodiscard]] std::vector<CodeLine> function(CodeAt const& at) const {
        Symbols const& symbols = guest_.of(at.ring);
        auto const place = symbols.at(at.linear);
        bool const named = place && !place->function.empty() && place->offset < longest_function;
        u64 const start = named ? place->function_start : at.linear;
        u64 const size = std::max(named ? symbols.size_of(start) : 0, at.linear - start + 64);
        std::vector<u8> const bytes = session_.peek(
            LinearAddress{start}, std::min(size, longest_function) + longest_instruction, at.cr3);
        std::vector<CodeLine> code;
        u32 last_line = 0;
        for (u64 offset = 0; offset < std::min<u64>(size, bytes.size());) {
            u64 const address = start + offset;
            std::span<u8 const> const rest = std::span{bytes}.subspan(offset);
            std::size_t const length = decode(rest, size_).length;
            if (length == 0 || length > rest.size()) {
                break;
            }
            add_source(code, symbols, address, at.ring, last_line);
            code.push_back(instruction(rest.first(length), address, at.ring));
            offset += length;
        }
        return code;
    }

    void add_source(std::vector<CodeLine>& code, Symbols const& symbols, u64 address, u8 ring,
                    u32& last_line) const {
        auto const place = symbols.at(address);
        if (!place || place->line == 0 || place->line == last_line ||
            place->line_start != address) {
            return;
        }
        last_line = place->line;
        CodeLine line;
        line.kind = CodeKind::Source;
        line.ring = ring;
        line.line = place->line;
        line.text = guest_.sources.line(place->file, place->line);
        code.push_back(std::move(line));
    }

    [[nodiscard]] CodeLine instruction(std::span<u8 const> bytes, u64 address, u8 ring) const {
        CodeLine line;
        line.ring = ring;
        line.address = address;
        line.text = disassemble(bytes, address, size_);
        u64 const base = ring == 0 ? session_.cpu().segments[seg::SegmentName::DS].base : 0;
        line.note = named_operand(line.text, guest_.of(ring), base);
        line.breakpoint = breakpoints_.contains(address);
        return line;
    }

    Session const& session_;
    GuestCode const& guest_;
    std::set<u64> const& breakpoints_;
    CodeSize size_;
    std::vector<CodeLine> lines_;
};

} // namespace

std::vector<CodeLine> code_stream(Session const& session, GuestCode const& guest, CodeAt const& now,
                                  std::span<OpenGate const> gates,
                                  std::set<u64> const& breakpoints) {
    StreamWriter writer{session, guest, breakpoints};
    for (OpenGate const& gate : gates) {
        writer.outer(gate);
    }
    writer.inner(now);
    return writer.take();
}

} // namespace ringside::view
