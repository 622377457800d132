#pragma once
// Makes the panels' data of any moment of a recorded run. Everything comes from three sources: the
// machine at that moment (registers, tables, bytes), the events up to it, and the symbols and lines
// of the guest's own files. Nothing is kept between moments, so every panel works at each of them.
#include "core/symbols/source_text.hpp"
#include "core/symbols/symbols.hpp"
#include "core/trace/outline.hpp"
#include "core/view/machine_view.hpp"
#include "core/view/open_gates.hpp"
#include "core/view/settings.hpp"
#include "core/view/story_state.hpp"
#include "core/view/subject.hpp"

#include <map>
#include <set>
#include <vector>

namespace ringside::view {

class ViewMaker {
public:
    explicit ViewMaker(Subject subject);
    // Moves the subject's session to the moment.
    [[nodiscard]] MachineView make(Moment const& moment, Settings const& settings);
    [[nodiscard]] StoryEntry story_entry(u64 index) const;

    [[nodiscard]] std::vector<SceneView> const& scenes() const { return scenes_; }
    [[nodiscard]] trace::Outline const& outline() const { return outline_; }
    [[nodiscard]] Symbols const& kernel() const { return kernel_; }
    [[nodiscard]] Symbols const& program() const { return program_; }
    [[nodiscard]] SourceText& sources() { return sources_; }

private:
    // From the session as it stands.
    void fill(MachineView& view, Moment const& moment, Settings const& settings);
    void find_scenes();
    [[nodiscard]] std::string scene_name(trace::Scene const& scene) const;
    void name_spaces();
    [[nodiscard]] char letter(u64 cr3) const;
    [[nodiscard]] EventView event_view(u64 index, u64 now) const;
    void add_records(MachineView& view) const;
    void add_story(MachineView& view) const;
    void add_state(MachineView& view) const;
    void add_areas(MachineView& view, StoryState& state) const;
    void add_spaces(MachineView& view) const;
    void add_code_and_stack(MachineView& view, std::set<u64> const& breakpoints);
    void add_settings(MachineView& view, Settings const& settings) const;
    [[nodiscard]] AddressSpaceView space(MachineView const& view, u64 cr3) const;

    Subject subject_;
    Symbols kernel_;
    Symbols program_;
    SourceText sources_;
    trace::Outline outline_;
    std::vector<SceneView> scenes_; // stretches of events of one scene, in order, without overlap
    std::map<u64, char> letters_;   // by CR3, in order of first use
    std::set<u64> user_spaces_;     // CR3s that ring 3 runs under
    std::optional<StoryStates> states_;
    struct SpaceRun {
        u64 last;  // event
        u64 cr3;   // of all events from the run before to `last`
        bool boot; // as they all are
    };
    std::vector<SpaceRun> space_runs_; // ascending
};

} // namespace ringside::view
