#pragma once
// The 8259A programmable interrupt controller, in the modes of a PC (Intel 8259A data sheet,
// 231468-003): priorities, masks, in-service and request registers, EOI in all its forms, rotation,
// special mask and special fully nested mode, polling, edge and level triggering. Buffered mode and
// the vectors of 8080 processors have no meaning here.
#include "core/devices/device.hpp"

namespace ringside {

class InterruptController {
public:
    // An input. Edge triggered: rising is a request, which lasts until it is acknowledged or the
    // line falls. Level triggered: the line is the request.
    void set_line(unsigned line, bool high);
    // The line that INT is raised for; none when nothing is pending, allowed and of higher priority
    // than what is in service.
    [[nodiscard]] std::optional<unsigned> request() const { return served(pending()); }
    // Would a request on this line raise INT now?
    [[nodiscard]] bool would_serve(unsigned line) const;
    // INTA: the line becomes in service. With no request left it is line 7 (spurious), and nothing
    // changes.
    unsigned acknowledge();
    [[nodiscard]] u8 vector(unsigned line) const { return static_cast<u8>(base_ | line); }

    [[nodiscard]] u8 read(bool is_data_port);
    void write(bool is_data_port, u8 value);
    void state(StateStream& stream);
    // In a pair, the controller whose line 2 is the other one.
    void becomes_master() { is_master_ = true; }

private:
    enum class Expected : u8 { Commands, Icw2, Icw3, Icw4 };

    [[nodiscard]] u8 pending() const { return level_triggered_ ? lines_ : edges_; }
    [[nodiscard]] std::optional<unsigned> served(u8 requests) const;
    [[nodiscard]] unsigned priority_of(u8 set) const;
    [[nodiscard]] unsigned line_of(unsigned priority) const { return (priority + highest_) % 8; }
    void begin_initialization(u8 icw1);
    void continue_initialization(u8 value);
    void end_of_interrupt(u8 ocw2);
    void special_command(u8 ocw3);
    void rotate_below(unsigned line) { highest_ = static_cast<u8>((line + 1) % 8); }

    bool is_master_ = false;
    u8 lines_ = 0;
    u8 edges_ = 0; // requests of rising lines: IRR when edge triggered
    u8 masked_ = 0;
    u8 in_service_ = 0;
    u8 base_ = 0;
    u8 highest_ = 0; // the line of highest priority
    Expected expected_ = Expected::Commands;
    bool is_ready_ = false; // initialized once
    bool has_icw4_ = false;
    bool is_single_ = false;
    bool level_triggered_ = false;
    bool reads_in_service_ = false;
    bool polled_ = false;
    bool special_mask_ = false;
    bool special_nested_ = false;
    bool automatic_end_ = false;
    bool rotates_automatically_ = false;
};

// The two of a PC: lines 0..7 at ports 0x20 and 0x21, lines 8..15 at 0xa0 and 0xa1; the second
// one's INT is line 2 of the first.
class InterruptControllers final : public Device, public InterruptLines {
public:
    InterruptControllers() { first_.becomes_master(); }

    void set_line(unsigned line, bool high) override;
    [[nodiscard]] bool interrupt_requested() const { return first_.request().has_value(); }
    [[nodiscard]] bool would_interrupt(unsigned line) const;
    struct Acknowledged {
        u8 vector = 0;
        unsigned line = 0;
    };
    Acknowledged acknowledge();

    [[nodiscard]] std::span<PortRange const> ports() const override;
    [[nodiscard]] u32 read_port(u16 port, unsigned size, u64 now) override;
    void write_port(u16 port, unsigned size, u32 value, u64 now) override;
    void state(StateStream& stream) override;

private:
    void cascade(); // shows the first controller what the second one asks

    InterruptController first_;
    InterruptController second_;
};

} // namespace ringside
