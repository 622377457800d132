#include "ui/story/strace_text.hpp"

#include "core/trace/as.hpp"
#include "core/trace/names.hpp"
#include "core/trace/sentence.hpp"
#include "core/trace/system_calls.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <ostream>

namespace ringside::story {

namespace {

using trace::as;
using trace::hex;
using trace::Scene;
using trace::SceneKind;

// si_code as strace spells it, for the signals that faults send (SPEC of the guest kernel; Linux's
// values).
std::string code_text(trace::Signal const& signal) {
    constexpr u32 bus = 7;
    constexpr u32 segv = 11;
    if (signal.nr == segv && (signal.code == 1 || signal.code == 2)) {
        return signal.code == 1 ? "SEGV_MAPERR" : "SEGV_ACCERR";
    }
    if (signal.nr == bus && signal.code == 2) {
        return "BUS_ADRERR";
    }
    return signal.code == 0x80 ? "SI_KERNEL" : std::to_string(signal.code);
}

std::string signal_text(trace::Signal const& signal) {
    std::string const name = trace::signal_name(signal.nr);
    return fmt::format("--- {} {{si_signo={}, si_code={}, si_addr={}}} ---", name, name,
                       code_text(signal), signal.addr == 0 ? "NULL" : hex(signal.addr));
}

std::string fault_in_text(trace::FaultIn const& fault) {
    return fmt::format("{}, {}, frame {}", fault.major ? "major" : "minor",
                       trace::fault_in_word(fault.how), hex(fault.pa));
}

class Strace {
public:
    Strace(std::ostream& out, ToldRun const& run)
        : out_{out}
        , run_{run}
        , several_{
              std::ranges::any_of(run.events, [](auto const& event) { return event.pid > 1; })} {}

    void write() {
        for (u64 i = 0; i < run_.events.size(); ++i) {
            Scene const& scene = run_.outline.scenes[run_.outline.scene_of[i]];
            if (scene.kind == SceneKind::Boot) {
                continue;
            }
            if (i == scene.call) {
                line(i, call_line(scene));
            }
            fault_line(i, scene.kind == SceneKind::Call);
        }
        end_line();
    }

private:
    void line(u64 event, std::string const& text) {
        if (several_) {
            out_ << fmt::format("[pid {}] ", run_.events[event].pid);
        }
        out_ << text << '\n';
    }

    std::string call_line(Scene const& scene) const {
        std::string const call = call_at(run_, scene.call);
        auto const* result = scene.result == Scene::none
                                 ? nullptr
                                 : as<trace::SyscallRet>(run_.events[scene.result]);
        return call + " = " +
               (result == nullptr ? "?" : trace::result_text(result->name, result->ret));
    }

    // What the kernel made of a fault or of a look-up that failed, before the process runs on: the
    // page it gave, or the exception table's way out.
    std::string remedy(u64 fault) {
        for (u64 i = fault + 1; i < run_.events.size(); ++i) {
            trace::Event const& event = run_.events[i];
            if (event.pid != run_.events[fault].pid) {
                continue;
            }
            if (auto const* given = as<trace::FaultIn>(event)) {
                told_ = given;
                return ": " + fault_in_text(*given);
            }
            if (as<trace::Fixup>(event)) {
                return ": the exception table has a way out";
            }
            if (as<trace::PageFault>(event) || as<trace::Softwalk>(event) ||
                as<trace::Copy>(event) || as<trace::Transfer>(event)) {
                break;
            }
        }
        return ": no page";
    }

    void fault_line(u64 i, bool in_call) {
        trace::Event const& event = run_.events[i];
        std::string const indent = in_call ? "  " : "";
        if (auto const* fault = as<trace::PageFault>(event)) {
            std::string const what = remedy(i);
            line(i, fmt::format("{}--- #PF at {}, error code {}, ring {}{} ---", indent,
                                hex(fault->cr2), fault->err, event.cpl, what));
        } else if (auto const* look_up = as<trace::Softwalk>(event);
                   look_up != nullptr && !look_up->ok) {
            line(i, fmt::format("{}--- no #PF: {} looked up by the kernel{} ---", indent,
                                hex(look_up->lin), remedy(i)));
        } else if (auto const* exception = as<trace::Exception>(event)) {
            line(i, fmt::format("{}--- {} at {:x}:{}, ring {} ---", indent,
                                trace::exception_text(exception->vec, exception->err), event.cs,
                                hex(event.ip), event.cpl));
        } else if (auto const* given = as<trace::FaultIn>(event);
                   given != nullptr && given != told_) {
            line(i, fmt::format("{}--- no #PF at {}: {} ---", indent, hex(given->lin),
                                fault_in_text(*given)));
        } else if (auto const* signal = as<trace::Signal>(event)) {
            line(i, indent + signal_text(*signal));
        } else if (auto const* text = as<trace::Text>(event);
                   text != nullptr && text->kind != trace::TextKind::Console) {
            line(i, fmt::format("{}--- {} ---", indent, text->text));
        }
    }

    void end_line() {
        u32 const signal = run_.end.wait_status & 0x7fU;
        if (run_.end.kind != EndKind::Exited) {
            out_ << "+++ " << end_text(run_.end) << " +++\n";
        } else if (signal != 0) {
            out_ << fmt::format("+++ killed by {}{} +++\n", trace::signal_name(signal),
                                (run_.end.wait_status & 0x80U) != 0 ? " (core dumped)" : "");
        } else {
            out_ << fmt::format("+++ exited with {} +++\n", (run_.end.wait_status >> 8U) & 0xffU);
        }
    }

    std::ostream& out_;
    ToldRun const& run_;
    bool several_;
    trace::FaultIn const* told_ = nullptr; // already said with its page fault
};

} // namespace

void write_strace(std::ostream& out, ToldRun const& run) {
    Strace{out, run}.write();
}

} // namespace ringside::story
