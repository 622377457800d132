// Random code on a whole machine, in either ring: it never crashes or hangs the
// host, and a free run ends where single steps end.
#include "tests/core/bare_machine.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>

namespace {

using namespace ringside;

constexpr u64 ticks = 200;

// A machine that is set up once and goes back to its beginning for each input.
class Bench {
public:
    explicit Bench(Ring ring)
        : bare_{ring} {
        Cpu& cpu = bare_.machine.cpu();
        for (unsigned name = 0; name < 8; ++name) {
            if (name != static_cast<unsigned>(Gpr::RSP)) {
                cpu[static_cast<Gpr>(name)] = tests::BareMachine::data + 64 * name;
            }
        }
        cpu[Gpr::RCX] = 300; // a repeated instruction ends
        // INT3 as far as a jump may reach, so that no block is longer than the input.
        bare_.machine.ram().write_bytes(PhysicalAddress{tests::BareMachine::code - 0x1000},
                                        std::vector<u8>(0x4000, 0xcc));
        image_ = bare_.machine.ram().take_image();
        bare_.machine.note_writable_frames();
        state_ = bare_.machine.save();
    }

    Machine& ready(std::span<u8 const> code) {
        bare_.machine.ram().restore_image(image_);
        bare_.machine.restore(state_);
        bare_.machine.ram().write_bytes(PhysicalAddress{tests::BareMachine::code},
                                        std::vector<u8>{code.begin(), code.end()});
        return bare_.machine;
    }

private:
    tests::BareMachine bare_;
    Ram::Image image_;
    MachineState state_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(u8 const* bytes, std::size_t size) {
    static Bench benches[] = {Bench{Ring::R0}, Bench{Ring::R3}};
    fuzz::Input input{bytes, size};
    Bench& bench = benches[input.below(2)];
    Machine& free_run = bench.ready(input.rest());
    free_run.run_until_tick(ticks);
    u64 const time = free_run.ticks();
    MachineState const state = free_run.save();
    static std::vector<u8> memory;
    memory.assign(free_run.ram().bytes().begin(), free_run.ram().bytes().end());
    Machine& stepped = bench.ready(input.rest());
    while (!stepped.end() && stepped.ticks() < ticks) {
        stepped.step();
    }
    fuzz::must(stepped.ticks() == time, "the same time");
    fuzz::must(stepped.cpu() == state.cpu, "the same registers");
    fuzz::must(stepped.save().tlb == state.tlb, "the same TLB");
    fuzz::must(std::ranges::equal(stepped.ram().bytes(), memory), "the same memory");
    return 0;
}
