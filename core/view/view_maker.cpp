#include "core/view/view_maker.hpp"

#include "core/trace/sentence.hpp"
#include "core/trace/system_calls.hpp"
#include "core/view/code_stream.hpp"
#include "core/view/stack_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ringside::view {

namespace {

constexpr u64 story_reach = 150; // events on either side of now

std::string_view kernel_name(Session const& session) {
    return to_string(session.config().split);
}

std::string end_words(RunEnd const& end) {
    u32 const signal = end.wait_status & 0x7fU;
    switch (end.kind) {
    case EndKind::Exited:
        return signal == 0 ? fmt::format("exit status {}", end.wait_status >> 8U & 0xffU)
                           : fmt::format("killed by signal {}", signal);
    case EndKind::BudgetSpent:
        return "the instruction budget ran out";
    case EndKind::Panic:
        return "kernel panic: " + end.reason;
    case EndKind::Shutdown:
        return "the machine shut down: " + end.reason;
    case EndKind::Halted:
        break;
    }
    return "halted: " + end.reason;
}

// The CPU's, or one that kernel code made and told the entries of.
bool is_walk(trace::Event const& event) {
    auto const* const by_software = std::get_if<trace::Softwalk>(&event.body);
    return std::holds_alternative<trace::Walk>(event.body) ||
           (by_software != nullptr && !by_software->steps.empty());
}

bool changes_control(trace::Event const& event) {
    if (auto const* load = std::get_if<trace::SegLoad>(&event.body)) {
        return load->vec.has_value();
    }
    return std::holds_alternative<trace::Gate>(event.body) ||
           std::holds_alternative<trace::Transfer>(event.body) ||
           std::holds_alternative<trace::SegFault>(event.body);
}

} // namespace

ViewMaker::ViewMaker(Subject subject)
    : subject_{std::move(subject)}
    , kernel_{subject_.kernel_elf.empty() ? Symbols{} : Symbols::read(subject_.kernel_elf)}
    , program_{Symbols::read(subject_.program_elf.empty() ? subject_.session->config().program
                                                          : subject_.program_elf)}
    , sources_{subject_.source_directories}
    , outline_{trace::make_outline(subject_.session->events())} {
    find_scenes();
    name_spaces();
    std::vector<u64> begins;
    for (SceneView const& scene : scenes_) {
        begins.push_back(scene.first);
    }
    states_.emplace(subject_.session->events(), std::move(begins));
}

std::string ViewMaker::scene_name(trace::Scene const& scene) const {
    auto const& events = subject_.session->events();
    if (scene.call != trace::Scene::none) {
        auto const* call = std::get_if<trace::Syscall>(&events[scene.call].body);
        return call == nullptr ? scene.key : trace::call_text(*call);
    }
    return scene.key;
}

// A scene may be interrupted by another: then it has more than one stretch.
void ViewMaker::find_scenes() {
    for (u64 event = 0; event < outline_.scene_of.size(); ++event) {
        u32 const scene = outline_.scene_of[event];
        if (event == 0 || outline_.scene_of[event - 1] != scene) {
            trace::Scene const& named = outline_.scenes[scene];
            scenes_.push_back({named.key, scene_name(named), event, event});
        }
        scenes_.back().last = event;
    }
}

void ViewMaker::name_spaces() {
    auto const& events = subject_.session->events();
    for (u64 index = 0; index < events.size(); ++index) {
        trace::Event const& event = events[index];
        bool const boot = outline_.scenes[outline_.scene_of[index]].kind == trace::SceneKind::Boot;
        if (space_runs_.empty() || space_runs_.back().cr3 != event.cr3 ||
            space_runs_.back().boot != boot) {
            space_runs_.push_back({index, event.cr3, boot});
        }
        space_runs_.back().last = index;
        char const next = static_cast<char>('A' + letters_.size() % 26);
        letters_.try_emplace(event.cr3, next);
        if (event.cpl == 3) {
            user_spaces_.insert(event.cr3);
        }
    }
}

char ViewMaker::letter(u64 cr3) const {
    auto const found = letters_.find(cr3);
    return found == letters_.end() ? '?' : found->second;
}

EventView ViewMaker::event_view(u64 index, u64 now) const {
    return {index, now - index, outline_.keys[index], subject_.session->events()[index]};
}

StoryEntry ViewMaker::story_entry(u64 index) const {
    trace::Event const& event = subject_.session->events()[index];
    StoryEntry entry;
    entry.index = index;
    entry.insn = event.insn;
    entry.cr3 = event.cr3;
    entry.pid = event.pid;
    entry.cpl = event.cpl;
    entry.space = letter(event.cr3);
    entry.bad = trace::is_bad(event);
    entry.key = outline_.keys[index];
    entry.kind = trace::kind_name(event);
    entry.word = trace::word_of(event);
    entry.sentence = trace::sentence_of(event);
    return entry;
}

void ViewMaker::add_records(MachineView& view) const {
    auto const& events = subject_.session->events();
    u64 const end = std::min<u64>(view.event + 1, events.size());
    if (view.event < events.size() && events[view.event].tick == view.tick) {
        view.now = event_view(view.event, view.event);
    }
    // An event of a later tick is the next one, but nothing of it is known yet.
    u64 const known = view.now ? end : std::min<u64>(view.event, events.size());
    for (u64 index = known; index-- > 0 && (!view.walk || !view.transfer);) {
        if (!view.walk && is_walk(events[index])) {
            view.walk = event_view(index, view.event);
        }
        bool const load_now = index == view.event && view.now &&
                              std::holds_alternative<trace::SegLoad>(events[index].body);
        if (!view.transfer && (changes_control(events[index]) || load_now)) {
            view.transfer = event_view(index, view.event);
        }
    }
}

void ViewMaker::add_story(MachineView& view) const {
    u64 const first = view.event > story_reach ? view.event - story_reach : 0;
    u64 const last = std::min(view.events, view.event + story_reach);
    for (u64 index = first; index < last; ++index) {
        view.story.push_back(story_entry(index));
    }
    // Scenes are in order: those that the window of events touches.
    for (auto scene =
             std::lower_bound(scenes_.begin(), scenes_.end(), first,
                              [](SceneView const&each, u64 event) { return each.last < event; });
         scene != scenes_.end() && scene->first <= last; ++scene) {
        view.scenes.push_back(*scene);
    }
}

void ViewMaker::add_state(MachineView& view) const {
    StoryState state = states_->at(view.event);
    view.run_counters = state.run;
    view.scene_counters = state.scene;
    view.user_end = state.user_end.value_or(view.user_end);
    view.console = std::move(state.console);
    add_areas(view, state);
}

void ViewMaker::add_code_and_stack(MachineView& view, std::set<u64> const& breakpoints) {
    Session const& session = *subject_.session;
    std::span<trace::Event const> const done{session.events().data(), view.event};
    u32 const pid = view.now ? view.now->event.pid : view.event > 0 ? done.back().pid : 0;
    std::vector<OpenGate> gates;
    u8 const ring = number(view.cpu.cpl());
    if (ring != 3) {
        gates = open_gates(done, pid);
    }
    u64 const linear = view.cpu.segments[seg::SegmentName::CS].base + view.cpu.rip;
    GuestCode const guest{kernel_, program_, sources_};
    view.code = code_stream(session, guest, {linear, view.cpu.cr3, ring}, gates, breakpoints);
    view.stack = read_stack(session, guest.of(ring), gates, kernel_.members_of("regs"));
}

void ViewMaker::add_settings(MachineView& view, Settings const& settings) const {
    for (Watch const& watch : settings.watches) {
        view.settings.watches.push_back({watch.text(), watch.words(*subject_.session)});
    }
    for (u64 const address : settings.breakpoints) {
        std::string name = kernel_.name_of(address);
        name = name.empty() ? program_.name_of(address) : name;
        view.settings.breakpoints.push_back(fmt::format("{:08x} {}", address, name));
    }
    for (EventStop const& stop : settings.stops) {
        view.settings.stops.push_back(stop.text());
    }
    for (auto const& [letter, moment] : settings.marks) {
        std::string const key =
            moment.event < outline_.keys.size() ? outline_.keys[moment.event] : "end";
        view.settings.marks.push_back({letter, moment.event, key});
    }
}

MachineView ViewMaker::make(Moment const& moment, Settings const& settings) {
    Session& session = *subject_.session;
    auto const& events = session.events();
    MachineView view;
    auto const look = [&] { fill(view, moment, settings); };
    if (moment.event < events.size() && events[moment.event].tick == moment.tick) {
        session.look_at_event(moment.event, look);
    } else {
        session.go_to_tick(moment.tick);
        look();
    }
    return view;
}

void ViewMaker::fill(MachineView& view, Moment const& moment, Settings const& settings) {
    Session const& session = *subject_.session;
    view.program = session.config().program_name;
    view.kernel = kernel_name(session);
    view.event = moment.event;
    view.events = session.events().size();
    view.micro = moment.micro;
    view.insn = session.insns();
    view.tick = moment.tick;
    view.cpu = session.cpu();
    view.accesses = session.explain_instruction();
    view.tlb = session.tlb().list();
    if (moment.event == view.events) {
        view.ended = end_words(session.end());
    }
    add_records(view);
    add_story(view);
    add_state(view);
    add_spaces(view);
    add_code_and_stack(view, settings.breakpoints);
    add_settings(view, settings);
}

} // namespace ringside::view
