// The chips alone. The timer's counters, which compute what they show, against a counter that
// counts each clock pulse as the data sheet tells it; the interrupt controllers where no other
// machine can be asked (tests/core/pc asks QEMU the rest).
#include "core/devices/interrupt_controller.hpp"
#include "core/devices/timer_counter.hpp"

#include <doctest/doctest.h>

#include <random>

namespace ringside {

namespace {

// Intel 8254 data sheet, "Mode definitions", word by word: CR is what was written, CE what counts.
class PulsedCounter {
public:
    void set_mode(unsigned mode) {
        *this = PulsedCounter{};
        mode_ = mode;
        out_ = mode != 0;
    }
    void write(u16 count) {
        cr_ = count;
        is_written_ = true;
        out_ = mode_ == 0 ? false : out_;
    }
    void pulse() {
        bool const loads = is_written_ && (!is_loaded_ || mode_ == 0 || mode_ == 4);
        if (loads) {
            ce_ = mode_ == 3 ? cr_ & 0xfffeU : cr_;
            is_odd_ = (cr_ & 1U) != 0;
            is_loaded_ = true;
            is_written_ = false;
            strobed_ = false;
            out_ = mode_ == 4 ? true : out_;
        } else if (is_loaded_) {
            count();
        }
    }
    [[nodiscard]] bool out() const { return out_; }
    [[nodiscard]] u16 count_now() const { return static_cast<u16>(ce_); }
    // Mode 0 stops counting when the first byte of a count is written; what it shows then is not
    // compared.
    [[nodiscard]] bool shows_count() const { return is_loaded_ && !(mode_ == 0 && is_written_); }

private:
    void count() {
        switch (mode_) {
        case 0:
            ce_ = (ce_ - 1) & 0xffffU;
            out_ = out_ || ce_ == 0;
            break;
        case 2:
            ce_ = (ce_ - 1) & 0xffffU;
            if (ce_ == 0) {
                ce_ = cr_;
                is_written_ = false;
            }
            out_ = ce_ != 1;
            break;
        case 3:
            count_square();
            break;
        default:
            ce_ = (ce_ - 1) & 0xffffU;
            out_ = strobed_ || ce_ != 0;
            strobed_ = strobed_ || ce_ == 0;
            break;
        }
    }
    // By twos; an odd count's high half is one pulse longer.
    void count_square() {
        bool const is_over = is_odd_ && out_ ? ce_ == 0 : ((ce_ - 2) & 0xffffU) == 0;
        ce_ = (ce_ - 2) & 0xffffU;
        if (is_over) {
            out_ = !out_;
            ce_ = cr_ & 0xfffeU;
            is_odd_ = (cr_ & 1U) != 0;
            is_written_ = false;
        }
    }

    unsigned mode_ = 0;
    u32 cr_ = 0;
    u32 ce_ = 0;
    bool is_written_ = false;
    bool is_loaded_ = false;
    bool is_odd_ = false;
    bool strobed_ = false;
    bool out_ = true;
};

u16 read_count(TimerCounter counter, u64 tick) {
    counter.latch_count(tick);
    u16 const low = counter.read(tick);
    return static_cast<u16>(low | counter.read(tick) << 8U);
}

struct Both {
    TimerCounter computed;
    PulsedCounter pulsed;
    void set_mode(unsigned mode) {
        computed.set_mode(static_cast<u8>(0x30U | mode << 1U));
        pulsed.set_mode(mode);
    }
    void write(u16 count, u64 tick) {
        computed.write(static_cast<u8>(count), tick);
        computed.write(static_cast<u8>(count >> 8U), tick);
        pulsed.write(count);
    }
};

} // namespace

TEST_CASE("a timer's counter shows at each tick what one that counts pulses shows") {
    std::mt19937 random{8254};
    constexpr std::array<unsigned, 4> modes{0, 2, 3, 4};
    for (int round = 0; round < 400; ++round) {
        Both both;
        unsigned const mode = modes.at(random() % 4);
        CAPTURE(round);
        CAPTURE(mode);
        both.set_mode(mode);
        u64 change = both.computed.next_change(0);
        for (u64 tick = 0; tick < 400; ++tick) {
            CAPTURE(tick);
            if (tick > 0) {
                bool const before = both.pulsed.out();
                both.pulsed.pulse();
                REQUIRE((both.pulsed.out() != before) == (tick == change));
            }
            if (random() % 40 == 0 || tick == 3) {
                u64 const count = random() % 8 == 0 ? random() % 0x10000 : 2 + random() % 30;
                both.write(static_cast<u16>(count == 1 ? 2 : count), tick);
            }
            REQUIRE(both.computed.out(tick) == both.pulsed.out());
            if (both.pulsed.shows_count()) {
                REQUIRE(read_count(both.computed, tick) == both.pulsed.count_now());
            }
            change = both.computed.next_change(tick);
            REQUIRE(change > tick);
        }
    }
}

TEST_CASE("a request whose line falls is gone, and an acknowledge without a request is line 7") {
    InterruptController controller;
    controller.write(false, 0x11);
    for (u8 const word : {u8{0x40}, u8{0x04}, u8{0x01}}) {
        controller.write(true, word);
    }
    controller.set_line(3, true);
    CHECK(controller.request() == 3U);
    controller.set_line(3, false);
    CHECK_FALSE(controller.request().has_value());
    CHECK(controller.acknowledge() == 7);
    CHECK(controller.vector(7) == 0x47);
    controller.write(false, 0x0b);
    CHECK(controller.read(false) == 0); // nothing is in service
}

TEST_CASE(
    "edge triggered, a line asks once for each rise; level triggered, as long as it is high") {
    for (bool const by_level : {false, true}) {
        CAPTURE(by_level);
        InterruptController controller;
        controller.write(false, by_level ? 0x1b : 0x13); // single
        controller.write(true, 0x20);
        controller.write(true, 0x01);
        controller.set_line(5, true);
        controller.set_line(5, true);
        CHECK(controller.acknowledge() == 5);
        controller.write(false, 0x20); // end of interrupt
        CHECK(controller.request().has_value() == by_level);
        controller.set_line(5, false);
        CHECK_FALSE(controller.request().has_value());
        controller.set_line(5, true);
        CHECK(controller.request() == 5U);
    }
}

TEST_CASE("a controller asks for nothing before it is initialized") {
    InterruptController controller;
    controller.set_line(0, true);
    CHECK_FALSE(controller.request().has_value());
    controller.write(false, 0x11);
    controller.set_line(1, true);
    controller.write(true, 0x20);
    controller.write(true, 0x04);
    CHECK_FALSE(controller.request().has_value());
    controller.write(true, 0x01);
    CHECK(controller.request() == 1U); // line 0's edge was forgotten by ICW1
}

TEST_CASE(
    "special fully nested: a second request of the second controller comes through the first") {
    for (bool const special : {false, true}) {
        CAPTURE(special);
        InterruptControllers pair;
        auto const write = [&](u16 port, u32 value) { pair.write_port(port, 1, value, 0); };
        for (u16 const base : {u16{0x20}, u16{0xa0}}) {
            write(base, 0x11);
            write(base + 1, base == 0x20 ? 0x20 : 0x28);
            write(base + 1, base == 0x20 ? 4 : 2);
            write(base + 1, base == 0x20 && special ? 0x11 : 0x01);
        }
        pair.set_line(12, true);
        CHECK(pair.acknowledge().vector == 0x2c);
        pair.set_line(9, true); // of higher priority in the second controller
        CHECK(pair.interrupt_requested() == special);
        CHECK(pair.would_interrupt(9) == special);
    }
}

} // namespace ringside
