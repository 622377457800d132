// The time line's words, an exception's name and its error code.
#include "core/trace/error_code.hpp"
#include "core/trace/names.hpp"
#include "core/trace/overloaded.hpp"
#include "core/trace/sentence.hpp"
#include "core/x86/exception_vector.hpp"

#include <fmt/format.h>

namespace ringside::trace {

namespace {

std::string upper(std::string_view text) {
    std::string result{text};
    for (char& c : result) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return result;
}

} // namespace

std::string word_of(Event const& event) {
    return std::visit(
        Overloaded{
            [](SegLoad const& load) { return fmt::format("LOAD {}", upper(register_name(load))); },
            [](SegFault const& fault) { return exception_text(fault.vec, fault.err); },
            [](Gate const& gate) { return fmt::format("GATE {:02X}", gate.vec); },
            [](Walk const& walk) { return std::string{failed(walk) ? "WALK!" : "WALK"}; },
            [](TlbChange const& change) { return upper(word(change.op)); },
            [](PageFault const&) { return std::string{"#PF"}; },
            [](Exception const& exception) { return exception_text(exception.vec, exception.err); },
            [](CrWrite const& write) { return fmt::format("CR{}", write.cr); },
            [](Syscall const& call) { return call.name; },
            [](SyscallRet const& call) { return fmt::format("= {}", call.ret); },
            [](Copy const& copy) { return fmt::format("COPY {}", copy.n - copy.left); },
            [](FaultIn const& fault) { return upper(fault_in_word(fault.how)); },
            [](Vma const& vma) { return "VMA " + std::string{vma_word(vma.op)}; },
            [](Signal const& signal) { return signal_name(signal.nr); },
            [&](auto const&) { return upper(kind_name(event)); },
        },
        event.body);
}

std::string error_code_text(u32 code) {
    return code < 10 ? std::to_string(code) : fmt::format("{} ({:02x}h)", code, code);
}

std::string exception_text(u8 vector, u32 error_code) {
    auto const known = static_cast<ExceptionVector>(vector);
    if (mnemonic(known) == "?") {
        return fmt::format("vector {}", vector);
    }
    if (known == ExceptionVector::PF) { // its code is bits, no selector
        return fmt::format("{}, error code {}", mnemonic(known), error_code_text(error_code));
    }
    return has_error_code(known)
               ? fmt::format("{}({})", mnemonic(known), error_code == 0 ? "0" : hex(error_code))
               : std::string{mnemonic(known)};
}

bool is_bad(Event const& event) {
    return std::visit(Overloaded{
                          [](SegLoad const& load) { return load.vec.has_value(); },
                          [](SegFault const&) { return true; },
                          [](Walk const& walk) { return failed(walk); },
                          [](PageFault const&) { return true; },
                          [](Exception const&) { return true; },
                          [](SyscallRet const& call) { return call.ret < 0 && call.ret >= -4095; },
                          [](AccessOk const& check) { return !check.ok; },
                          [](Copy const& copy) { return copy.left != 0; },
                          [](Softwalk const& walk) { return !walk.ok; },
                          [](Fixup const&) { return true; },
                          [](Signal const&) { return true; },
                          [](Text const& text) { return text.kind != TextKind::Console; },
                          [](Shutdown const&) { return true; },
                          [](auto const&) { return false; },
                      },
                      event.body);
}

} // namespace ringside::trace
