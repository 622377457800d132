#include "core/devices/board.hpp"

#include <algorithm>

namespace ringside {

Board::Board(Ram& ram, std::string standard_input)
    : console_{std::move(standard_input)}
    , timer_{interrupts_}
    , disk_{ram}
    , dma_{ram, interrupts_} {
    for (Device* const device :
         std::initializer_list<Device*>{&console_, &interrupts_, &timer_, &disk_, &dma_}) {
        bus_.plug(*device);
    }
}

bool Board::can_interrupt() const {
    return std::ranges::any_of(bus_.devices(), [&](Device const* device) {
        auto const line = device->line();
        return line && device->next_event() != never && interrupts_.would_interrupt(*line);
    });
}

} // namespace ringside
