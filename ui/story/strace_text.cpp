#include "ui/story/strace_text.hpp"

#include "core/trace/argument_words.hpp"
#include "core/trace/as.hpp"
#include "core/trace/error_code.hpp"
#include "core/trace/names.hpp"
#include "core/trace/sentence.hpp"
#include "core/trace/system_calls.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <ostream>

namespace ringside::story {

namespace {

using trace::as;
using trace::hex;
using trace::Scene;
using trace::SceneKind;

constexpr u32 sigchld = 17;
constexpr i32 tkill = -6;
constexpr i32 restart = -512; // ERESTARTSYS: the kernel begins the call anew, or makes EINTR of it

// A call that is over, in two parts: with what it left in the program's memory.
trace::CallParts call_over(ToldRun const& run, u64 call, u64 result) {
    auto const* const begin = as<trace::Syscall>(run.events[call]);
    auto const* const end = as<trace::SyscallRet>(run.events[result]);
    if (begin == nullptr || end == nullptr) {
        return {};
    }
    trace::UserBytes after;
    if (run.bytes) {
        after = [&run, result](u64 address, std::size_t size) {
            return run.bytes(result, address, size);
        };
    }
    return trace::call_parts(*begin, end->ret, bytes_of_call(run, call), after);
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
                call_line(scene);
            }
            fault_line(i, scene.kind == SceneKind::Call);
            if (i == scene.result && is_interrupted(scene)) {
                line(i, "<... " + name_of(scene) + " resumed>" + parts_of(scene).rest + " = " +
                            result_of(scene));
            }
            gone_line(i);
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

    // Does another process get a line between the call and its return?
    bool is_interrupted(Scene const& scene) const {
        u64 const end = scene.result == Scene::none ? scene.call : scene.result;
        for (u64 i = scene.call + 1; i < end; ++i) {
            trace::Event const& event = run_.events[i];
            bool const has_line =
                as<trace::Syscall>(event) != nullptr || as<trace::SyscallRet>(event) != nullptr ||
                as<trace::PageFault>(event) != nullptr || as<trace::Exception>(event) != nullptr ||
                as<trace::Signal>(event) != nullptr;
            if (has_line && event.pid != scene.pid) {
                return true;
            }
        }
        return false;
    }

    std::string name_of(Scene const& scene) const {
        auto const* const call = as<trace::Syscall>(run_.events[scene.call]);
        return call == nullptr ? "?" : call->name;
    }

    trace::CallParts parts_of(Scene const& scene) const {
        return call_over(run_, scene.call, scene.result);
    }

    std::string result_of(Scene const& scene) const {
        auto const* const result = as<trace::SyscallRet>(run_.events[scene.result]);
        if (result == nullptr) {
            return "?";
        }
        return result->ret == restart ? "? ERESTARTSYS (To be restarted if SA_RESTART is set)"
                                      : trace::result_text(result->name, result->ret);
    }

    void call_line(Scene const& scene) {
        if (scene.result == Scene::none) {
            line(scene.call, call_at(run_, scene.call) + " = ?");
        } else if (is_interrupted(scene)) {
            line(scene.call, parts_of(scene).known + " <unfinished ...>");
        } else {
            auto const parts = parts_of(scene);
            line(scene.call, parts.known + parts.rest + " = " + result_of(scene));
        }
    }

    // How a process ended that is gone before event `until`: by its own last call, or by a signal.
    struct Ending {
        bool killed = false;
        u32 number = 0; // exit code or signal
    };
    std::optional<Ending> ending_of(u64 pid, u64 until) const {
        constexpr u32 segv = 11;
        for (u64 i = until; i-- > 0;) {
            trace::Event const& event = run_.events[i];
            if (event.pid != pid) {
                continue;
            }
            auto const* const call = as<trace::Syscall>(event);
            auto const* const text = as<trace::Text>(event);
            if (auto const* const signal = as<trace::Signal>(event)) {
                return Ending{true, signal->nr};
            }
            if (call != nullptr && (call->name == "exit" || call->name == "exit_group")) {
                return Ending{false, static_cast<u32>(call->args[0] & 0xffU)};
            }
            if (text != nullptr && text->kind == trace::TextKind::Oops) {
                return Ending{true, segv};
            }
        }
        return std::nullopt;
    }

    void gone_line(u64 i) {
        auto const* const process = as<trace::Process>(run_.events[i]);
        if (process == nullptr || !process->gone || process->pid == 1) {
            return;
        }
        if (auto const ending = ending_of(process->pid, i)) {
            line(i, ending->killed ? "+++ killed by " + trace::signal_name(ending->number) + " +++"
                                   : fmt::format("+++ exited with {} +++", ending->number));
        }
    }

    // Where a signal comes from: an address that faulted, a process that sent it, a child that
    // ended. (Who the sender's user is, the story does not tell.)
    std::string origin_text(u64 i, trace::Signal const& signal) const {
        bool const was_sent = signal.code == 0 || signal.code == tkill || signal.nr == sigchld;
        if (!was_sent) {
            return ", si_addr=" + (signal.addr == 0 ? "NULL" : hex(signal.addr));
        }
        std::string text = fmt::format(", si_pid={}", signal.addr);
        bool const is_end = signal.nr == sigchld && (signal.code == 1 || signal.code == 2);
        if (auto const ending = is_end ? ending_of(signal.addr, i) : std::nullopt) {
            text += ", si_status=" + (ending->killed ? trace::signal_name(ending->number)
                                                     : std::to_string(ending->number));
        }
        return text;
    }

    std::string signal_text(u64 i, trace::Signal const& signal) const {
        std::string const name = trace::signal_name(signal.nr);
        return fmt::format("--- {} {{si_signo={}, si_code={}{}}} ---", name, name,
                           trace::signal_code_text(signal.nr, signal.code), origin_text(i, signal));
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
            line(i,
                 fmt::format("{}--- #PF at {}, error code {}, ring {}{} ---", indent,
                             hex(fault->cr2), trace::error_code_text(fault->err), event.cpl, what));
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
            line(i, indent + signal_text(i, *signal));
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
