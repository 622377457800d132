#include "core/devices/console.hpp"

#include "kernel_stub/abi/ports.h"

namespace ringside {

namespace {

constexpr u8 byte_is_waiting = 1;
constexpr u8 end_of_file = 2;

constexpr std::array<PortRange, 3> console_ports{{
    {.first = PORT_CONSOLE, .count = 1, .width = 4}, // prints all bytes of a wider OUT
    {.first = PORT_CONSOLE_IN, .count = 1, .width = 1},
    {.first = PORT_CONSOLE_STATUS, .count = 1, .width = 1},
}};

} // namespace

std::span<PortRange const> Console::ports() const {
    return console_ports;
}

u32 Console::read_port(u16 port, unsigned size, u64 /*now*/) {
    bool const has_byte = position_ < input_.size();
    switch (port) {
    case PORT_CONSOLE: // QEMU's and Bochs' debug console says that it is there
        return size == 1 ? PORT_CONSOLE : 0xffffffff;
    case PORT_CONSOLE_IN:
        return has_byte ? static_cast<u8>(input_[position_++]) : 0;
    default:
        return has_byte ? byte_is_waiting : end_of_file;
    }
}

void Console::write_port(u16 port, unsigned size, u32 value, u64 /*now*/) {
    for (unsigned byte = 0; port == PORT_CONSOLE && byte < size; ++byte) {
        printed_.push_back(static_cast<char>(value >> (8 * byte)));
    }
}

} // namespace ringside
