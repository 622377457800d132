// The double-fault table (SDM volume 3, section 7.15, "Interrupt 8", table 7-5).
#include "seg/interrupt_delivery.hpp"

#include <array>

namespace ringside::seg {

namespace {

using enum ExceptionVector;

enum class FaultClass : u8 { Benign, Contributory, PageFault, DoubleFault };

FaultClass class_of(ExceptionVector vector) {
    switch (vector) {
    case DE:
    case TS:
    case NP:
    case SS:
    case GP:
        return FaultClass::Contributory;
    case PF:
        return FaultClass::PageFault;
    case DF:
        return FaultClass::DoubleFault;
    default:
        return FaultClass::Benign;
    }
}

} // namespace

Escalation escalate(ExceptionVector first, ExceptionVector second) {
    using enum Escalation;
    // Rows: the first event; columns: benign, contributory, page fault, double fault.
    static constexpr std::array<std::array<Escalation, 4>, 4> table{{
        {HandleSecond, HandleSecond, HandleSecond, HandleSecond}, // benign
        {HandleSecond, DoubleFault, HandleSecond, HandleSecond},  // contributory
        {HandleSecond, DoubleFault, DoubleFault, HandleSecond},   // page fault
        {HandleSecond, Shutdown, Shutdown, Shutdown},             // double fault
    }};
    return table[static_cast<std::size_t>(class_of(first))]
                [static_cast<std::size_t>(class_of(second))];
}

} // namespace ringside::seg
