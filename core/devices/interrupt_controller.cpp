#include "core/devices/interrupt_controller.hpp"

#include "core/x86/bits.hpp"
#include "kernel_stub/abi/ports.h"

#include <array>
#include <utility>

namespace ringside {

namespace {

constexpr unsigned lines_of_one = 8;
constexpr unsigned lowest = 8; // the priority of nothing

constexpr u8 bit_of(unsigned line) {
    return static_cast<u8>(1U << line);
}

constexpr std::array<PortRange, 2> pair_ports{{
    {.first = PORT_PIC1_COMMAND, .count = 2, .width = 1},
    {.first = PORT_PIC2_COMMAND, .count = 2, .width = 1},
}};

} // namespace

void InterruptController::set_line(unsigned line, bool high) {
    u8 const mask = bit_of(line);
    if (high && (lines_ & mask) == 0) {
        edges_ |= mask;
    } else if (!high) {
        edges_ &= static_cast<u8>(~mask);
    }
    lines_ = static_cast<u8>(high ? lines_ | mask : lines_ & ~mask);
}

// 0 is the highest; `lowest` when the set is empty.
unsigned InterruptController::priority_of(u8 set) const {
    for (unsigned priority = 0; priority < lines_of_one; ++priority) {
        if ((set & bit_of(line_of(priority))) != 0) {
            return priority;
        }
    }
    return lowest;
}

std::optional<unsigned> InterruptController::served(u8 requests) const {
    if (!is_ready_) {
        return std::nullopt;
    }
    u8 blocking = in_service_;
    if (special_mask_) {
        blocking &= static_cast<u8>(~masked_);
    }
    if (special_nested_ && is_master_) {
        blocking &= static_cast<u8>(~bit_of(IRQ_CASCADE));
    }
    unsigned const asked = priority_of(requests & static_cast<u8>(~masked_));
    if (asked >= priority_of(blocking)) {
        return std::nullopt;
    }
    return line_of(asked);
}

bool InterruptController::would_serve(unsigned line) const {
    return served(bit_of(line)).has_value();
}

unsigned InterruptController::acknowledge() {
    auto const line = request();
    if (!line) {
        return 7;
    }
    edges_ &= static_cast<u8>(~bit_of(*line));
    if (!automatic_end_) {
        in_service_ |= bit_of(*line);
    } else if (rotates_automatically_) {
        rotate_below(*line);
    }
    return *line;
}

u8 InterruptController::read(bool is_data_port) {
    if (std::exchange(polled_, false)) {
        bool const any = request().has_value();
        unsigned const line = acknowledge();
        return static_cast<u8>(any ? 0x80U | line : 0);
    }
    if (is_data_port) {
        return masked_;
    }
    return reads_in_service_ ? in_service_ : pending();
}

void InterruptController::write(bool is_data_port, u8 value) {
    if (!is_data_port && bit<4>(value)) {
        begin_initialization(value);
    } else if (!is_data_port && bit<3>(value)) {
        special_command(value);
    } else if (!is_data_port) {
        end_of_interrupt(value);
    } else if (expected_ != Expected::Commands) {
        continue_initialization(value);
    } else {
        masked_ = value;
    }
}

// ICW1: "the following automatically occur" (data sheet, "Initialization command words").
void InterruptController::begin_initialization(u8 icw1) {
    edges_ = masked_ = in_service_ = base_ = highest_ = 0;
    special_mask_ = reads_in_service_ = polled_ = false;
    special_nested_ = automatic_end_ = rotates_automatically_ = false;
    has_icw4_ = bit<0>(icw1);
    is_single_ = bit<1>(icw1);
    level_triggered_ = bit<3>(icw1);
    expected_ = Expected::Icw2;
    is_ready_ = false;
}

void InterruptController::continue_initialization(u8 value) {
    switch (expected_) {
    case Expected::Icw2:
        base_ = value & 0xf8;
        expected_ = !is_single_ ? Expected::Icw3 : has_icw4_ ? Expected::Icw4 : Expected::Commands;
        break;
    case Expected::Icw3: // how the controllers are wired is known
        expected_ = has_icw4_ ? Expected::Icw4 : Expected::Commands;
        break;
    case Expected::Icw4:
        automatic_end_ = bit<1>(value);
        special_nested_ = bit<4>(value);
        expected_ = Expected::Commands;
        break;
    case Expected::Commands:
        break;
    }
    is_ready_ = expected_ == Expected::Commands;
}

// OCW2: bits 7, 6 and 5 are R (rotate), SL (a specific line) and EOI.
void InterruptController::end_of_interrupt(u8 ocw2) {
    bool const rotates = bit<7>(ocw2);
    bool const is_specific = bit<6>(ocw2);
    bool const ends = bit<5>(ocw2);
    if (!ends && !is_specific) {
        rotates_automatically_ = rotates;
        return;
    }
    // A masked line in special mask mode is passed over.
    u8 const endable = special_mask_ ? in_service_ & static_cast<u8>(~masked_) : in_service_;
    unsigned const priority = priority_of(endable);
    unsigned const line = is_specific ? bits<2, 0>(ocw2) : line_of(priority);
    if (!is_specific && priority == lowest) {
        return;
    }
    if (ends) {
        in_service_ &= static_cast<u8>(~bit_of(line));
    }
    if (rotates) {
        rotate_below(line);
    }
}

// OCW3: poll, special mask, and which register the command port shows.
void InterruptController::special_command(u8 ocw3) {
    polled_ = bit<2>(ocw3);
    if (bit<1>(ocw3)) {
        reads_in_service_ = bit<0>(ocw3);
    }
    if (bit<6>(ocw3)) {
        special_mask_ = bit<5>(ocw3);
    }
}

void InterruptController::state(StateStream& stream) {
    stream.number(lines_);
    stream.number(edges_);
    stream.number(masked_);
    stream.number(in_service_);
    stream.number(base_);
    stream.number(highest_);
    stream.number(expected_);
    for (bool* const flag :
         {&is_ready_, &has_icw4_, &is_single_, &level_triggered_, &reads_in_service_, &polled_,
          &special_mask_, &special_nested_, &automatic_end_, &rotates_automatically_}) {
        stream.number(*flag);
    }
}

void InterruptControllers::cascade() {
    first_.set_line(IRQ_CASCADE, second_.request().has_value());
}

void InterruptControllers::set_line(unsigned line, bool high) {
    if (line < lines_of_one) {
        first_.set_line(line, high);
    } else {
        second_.set_line(line - lines_of_one, high);
        cascade();
    }
}

bool InterruptControllers::would_interrupt(unsigned line) const {
    if (line < lines_of_one) {
        return first_.would_serve(line);
    }
    return second_.would_serve(line - lines_of_one) && first_.would_serve(IRQ_CASCADE);
}

InterruptControllers::Acknowledged InterruptControllers::acknowledge() {
    unsigned const line = first_.acknowledge();
    if (line != IRQ_CASCADE) {
        return {.vector = first_.vector(line), .line = line};
    }
    unsigned const second_line = second_.acknowledge();
    // INT falls with INTA; what is still asked is a new edge.
    first_.set_line(IRQ_CASCADE, false);
    cascade();
    return {.vector = second_.vector(second_line), .line = second_line + lines_of_one};
}

std::span<PortRange const> InterruptControllers::ports() const {
    return pair_ports;
}

u32 InterruptControllers::read_port(u16 port, unsigned /*size*/, u64 /*now*/) {
    InterruptController& one = port < PORT_PIC2_COMMAND ? first_ : second_;
    u32 const value = one.read((port & 1U) != 0);
    cascade(); // a poll acknowledges
    return value;
}

void InterruptControllers::write_port(u16 port, unsigned /*size*/, u32 value, u64 /*now*/) {
    InterruptController& one = port < PORT_PIC2_COMMAND ? first_ : second_;
    one.write((port & 1U) != 0, static_cast<u8>(value));
    cascade();
}

void InterruptControllers::state(StateStream& stream) {
    first_.state(stream);
    second_.state(stream);
}

} // namespace ringside
