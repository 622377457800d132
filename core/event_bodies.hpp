#pragma once
// Records of the segmentation model as bodies of the trace's events.
#include "core/trace/event.hpp"
#include "seg/records.hpp"
#include "seg/segment_load.hpp"

namespace ringside {

[[nodiscard]] trace::Place place_of(seg::ControlState const& state);
[[nodiscard]] trace::SegLoad event_of(seg::SegmentLoad const& load);

} // namespace ringside
