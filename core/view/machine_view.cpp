#include "core/view/machine_view.hpp"

namespace ringside::view {

bool MachineView::is_64_bit() const {
    return cpu.segments.long_mode_active &&
           cpu.segments[seg::SegmentName::CS].descriptor.long_mode();
}

unsigned MachineView::digits() const {
    return cpu.segments.long_mode_active ? 16 : 8;
}

u32 micro_steps(trace::Event const& event) {
    if (auto const* walk = std::get_if<trace::Walk>(&event.body)) {
        return static_cast<u32>(walk->walk->steps.size()) + 1;
    }
    if (auto const* walk = std::get_if<trace::Softwalk>(&event.body)) {
        return walk->steps.empty() ? 0 : static_cast<u32>(walk->steps.size()) + 1;
    }
    if (auto const* gate = std::get_if<trace::Gate>(&event.body)) {
        return static_cast<u32>(gate->checks.size() + gate->pushed.size()) + 1;
    }
    if (auto const* transfer = std::get_if<trace::Transfer>(&event.body)) {
        return static_cast<u32>(transfer->checks.size()) + 1;
    }
    if (auto const* load = std::get_if<trace::SegLoad>(&event.body)) {
        return static_cast<u32>(load->checks.size()) + 1;
    }
    return 0;
}

} // namespace ringside::view
