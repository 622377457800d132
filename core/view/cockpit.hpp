#pragma once
// Where one stands in a run and how one moves: by line of a record, event, scene, instruction or
// breakpoint, forwards and backwards. The keys of the window, its `:` line and `ringside text` all
// call this; it draws nothing. Time is the machine's: ticks and event numbers (core/session.hpp).
#include "core/view/machine_view.hpp"
#include "core/view/subject.hpp"
#include "core/view/view_maker.hpp"

#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::view {

class Seeker; // search.cpp

enum class Unit : u8 { Micro, Event, Scene, Instruction, Over, Out, Run };
enum class Direction : u8 { Forward, Back };

class Cockpit {
public:
    explicit Cockpit(Subject subject); // starts at the run's first event

    // Moves by one unit; false when the run ends (or begins) here.
    bool move(Unit unit, Direction direction);
    // Why the last move stopped before its end: "stop: walk"; empty when it did
    // not.
    [[nodiscard]] std::string const& stopped_by() const { return stopped_by_; }
    void go(Moment moment);
    void go_to_event(u64 index); // events().size(): the end
    void go_to_tick(u64 tick);   // and the first event that is not before it
    // A moment by name, as WHEN of the command line. Throws HostError: malformed, beyond the run.
    void go_when(std::string_view when);
    // The event with this key; false when the run has none. On `t` the other split is entered so.
    bool go_to_key(std::string_view key);
    [[nodiscard]] std::string key() const; // of the event that is next; "" at the end
    [[nodiscard]] Moment moment() const { return at_; }

    // The panels' data, and the same a unit of the last move earlier, for what
    // changed; or that of the mark to compare with.
    [[nodiscard]] MachineView const& now();
    [[nodiscard]] MachineView const& before();

    // Code breakpoints, by linear address; a name, FILE:LINE or hex address is found first.
    [[nodiscard]] std::vector<u64> resolve(std::string_view place) const; // empty: unknown
    // Each sets, or takes away what is set already; the answer says which. They
    // throw HostError for what they do not understand.
    void toggle_breakpoint(u64 linear);
    std::string toggle_stop(std::string_view kind);        // event_stop.hpp
    std::string toggle_watch(std::string_view expression); // watch.hpp
    std::string set_mark(char letter);
    std::string go_to_mark(char letter);
    std::string toggle_compare(char letter); // `before` is then this mark's moment
    [[nodiscard]] Settings const& settings() const { return settings_; }

    // Goes to the next event with this text in its key or sentence, the last one
    // backwards; nothing repeats the search before. The answer tells how many
    // there are.
    std::string find(std::string_view text, Direction direction);

    // One command in words, as after `:`; the answer is one line or more, empty when the panels say
    // it all. `help` lists them. Throws HostError for what it does not understand.
    std::string execute(std::string_view command);

    [[nodiscard]] Subject const& subject() const { return subject_; }
    [[nodiscard]] std::vector<SceneView> const& scenes() const { return maker_.scenes(); }
    [[nodiscard]] trace::Outline const& outline() const { return maker_.outline(); }

private:
    [[nodiscard]] u64 events() const { return subject_.session->events().size(); }
    [[nodiscard]] u64 last_tick() const { return subject_.session->end().ticks; }
    bool step_event(Direction direction);
    bool step_micro(Direction direction);
    bool step_scene(Direction direction);
    bool step_tick(Direction direction);
    bool step_over(Direction direction);
    bool step_out(Direction direction);
    bool run(Direction direction);
    bool search(Direction direction, Seeker& seeker);
    [[nodiscard]] std::optional<u64> stopping_event(Direction direction) const;
    [[nodiscard]] std::string settings_text() const;
    [[nodiscard]] Cpu const& cpu_at(u64 tick);
    [[nodiscard]] u64 linear_ip(Cpu const& cpu) const;
    [[nodiscard]] Moment moment_at_tick(u64 tick) const;
    [[nodiscard]] Moment earlier() const;
    MachineView const& view_at(Moment moment);
    std::string breakpoint_command(std::string_view place);
    std::string move_command(std::string_view word, std::string_view rest, Direction direction);
    [[nodiscard]] std::string registers_text();

    Subject subject_;
    ViewMaker maker_;
    Moment at_;
    Unit unit_ = Unit::Event;
    Settings settings_;
    std::string stopped_by_;
    std::optional<char> compared_; // a mark
    std::string sought_;
    std::vector<u64> hits_; // events with it, ascending
    struct Kept {
        Moment moment;
        MachineView view;
    };
    std::list<Kept> kept_; // the last few views used, newest last; references to them stay good
};

} // namespace ringside::view
