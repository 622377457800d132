#pragma once
// Makes the panels' data of any moment of a recorded run. Everything comes from three sources: the
// machine at that moment (registers, tables, bytes), the events up to it, and the symbols and lines
// of the guest's own files. Nothing is kept between moments, so every panel works at each of them.
#include "core/symbols/source_text.hpp"
#include "core/symbols/symbols.hpp"
#include "core/view/machine_view.hpp"
#include "core/view/open_gates.hpp"
#include "core/view/subject.hpp"

#include <map>
#include <vector>

namespace ringside::view {

class ViewMaker {
public:
    explicit ViewMaker(Subject const& subject);
    // Moves the subject's session to the moment.
    [[nodiscard]] MachineView make(Moment const& moment, std::vector<u64> const& breakpoints);

    [[nodiscard]] std::vector<SceneView> const& scenes() const { return scenes_; }
    [[nodiscard]] std::size_t scene_of(u64 event) const; // index in scenes()
    [[nodiscard]] Symbols const& kernel() const { return kernel_; }
    [[nodiscard]] Symbols const& program() const { return program_; }
    [[nodiscard]] SourceText& sources() { return sources_; }

private:
    void name_scenes();
    [[nodiscard]] char letter(u64 cr3) const;
    [[nodiscard]] EventView event_view(u64 index, u64 now) const;
    [[nodiscard]] StoryEntry story_entry(u64 index) const;
    void add_records(MachineView& view) const;
    void add_story(MachineView& view) const;
    void add_counters(MachineView& view) const;
    void add_spaces(MachineView& view) const;
    [[nodiscard]] AddressSpaceView space(MachineView const& view, u64 cr3) const;

    Subject const& subject_;
    Symbols kernel_;
    Symbols program_;
    SourceText sources_;
    std::vector<SceneView> scenes_;
    std::map<u64, char> letters_; // by CR3, in order of first use
};

} // namespace ringside::view
