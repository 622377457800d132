// What the models cost by themselves: a page walk, a segment load, a delivery through an interrupt
// gate from ring 3 to ring 0. Each is decided and committed as the machine does it, with its
// record.
#include "core/ram.hpp"
#include "mmu/page_walk.hpp"
#include "seg/interrupt_delivery.hpp"

#include "bench/figures.hpp"

namespace ringside::bench {
namespace {

constexpr u64 gdt = 0x1000;
constexpr u64 idt = 0x2000;
constexpr u64 tss = 0x3000;
constexpr u64 directory = 0x4000;
constexpr u64 table = 0x5000;
constexpr u64 pml4 = 0x10000; // and the tables below it, a page each
constexpr u64 kernel_stack = 0x9000;
constexpr u64 user_page = 0x8000;
constexpr u8 vector = 0x80;

// Linear is physical: what translation costs is a figure of its own.
class FlatMemory final : public LinearMemory {
public:
    explicit FlatMemory(Ram& ram)
        : ram_{ram} {}
    Result<u64, Fault> read(LinearAddress address, unsigned size, Privilege /*who*/) override {
        return ram_.read(PhysicalAddress{address.value()}, size);
    }
    Result<Done, Fault> probe_write(LinearAddress /*address*/, unsigned /*size*/,
                                    Privilege /*who*/) override {
        return Done{};
    }
    void write(LinearAddress address, unsigned size, u64 value, Privilege /*who*/) override {
        ram_.write(PhysicalAddress{address.value()}, size, value);
    }

private:
    Ram& ram_;
};

// Flat segments of both rings, a TSS with a stack for ring 0, one gate of DPL 3, one user's page.
struct World {
    World() {
        put(gdt + 0x08, 0x00cf9b000000ffff);
        put(gdt + 0x10, 0x00cf93000000ffff);
        put(gdt + 0x18, 0x00cffb000000ffff);
        put(gdt + 0x20, 0x00cff3000000ffff);
        put(gdt + 0x28, 0x00008b0000000067 | tss << 16U);
        put(tss + 4, kernel_stack | u64{0x10} << 32U);
        put(idt + u64{8} * vector, 0xa000 | u64{0x08} << 16U | u64{0xee} << 40U);
        ram.write32(PhysicalAddress{directory}, table | 7U);
        ram.write32(PhysicalAddress{table + 4 * (user_page >> 12U)}, user_page | 0x67U);
        put(pml4, 0x11007);
        put(pml4 + 0x1000, 0x12007);
        put(pml4 + 0x2000, 0x13007);
        put(pml4 + 0x3000 + 8 * (user_page >> 12U), user_page | 0x67U);
        state.cpl = Ring::R3;
        state.protection = true;
        state.gdtr = {.base = gdt, .limit = 0x2f};
        state.idtr = {.base = idt, .limit = 0x7ff};
        state.tr = segment(0x28, 0x28);
        using enum seg::SegmentName;
        for (seg::SegmentName const name : {ES, SS, DS, FS, GS}) {
            state[name] = segment(0x23, 0x20);
        }
        state[CS] = segment(0x1b, 0x18);
    }
    void put(u64 address, u64 value) { ram.write64(PhysicalAddress{address}, value); }
    [[nodiscard]] seg::SegmentRegister segment(u16 selector, u64 offset) const {
        return seg::loaded_segment(seg::Selector{selector}, seg::SegmentDescriptor{ram.read64(
                                                                PhysicalAddress{gdt + offset})});
    }

    Ram ram{u64{1} << 20U};
    FlatMemory memory{ram};
    seg::SegmentState state{};
};

void require(benchmark::State& state, bool good) {
    if (!good) {
        state.SkipWithError("the model refuses what it should allow");
    }
}

void walk(benchmark::State& state, mmu::PagingMode mode, u64 root) {
    World world;
    mmu::PagingContext context;
    context.mode = mode;
    context.cr3 = root;
    context.wp = true;
    mmu::Access const access{.address = LinearAddress{user_page + 0x123},
                             .type = mmu::AccessType::Read,
                             .user = true,
                             .implicit = false};
    mmu::PageWalk record = mmu::walk(world.ram, context, access);
    mmu::commit(record, world.ram); // sets the accessed bits
    for ([[maybe_unused]] auto _ : state) {
        record = mmu::walk(world.ram, context, access);
        benchmark::DoNotOptimize(record);
    }
    require(state, static_cast<bool>(record.outcome));
}

void segment_load(benchmark::State& state) {
    World world;
    seg::SegmentLoad record;
    for ([[maybe_unused]] auto _ : state) {
        record = seg::load_segment(world.state, world.memory, rflags::Fixed1, seg::SegmentName::DS,
                                   seg::Selector{0x23});
        benchmark::DoNotOptimize(record);
    }
    require(state, static_cast<bool>(record.outcome));
}

void gate(benchmark::State& state) {
    World world;
    seg::ControlState from{};
    from.cs = world.state[seg::SegmentName::CS];
    from.ss = world.state[seg::SegmentName::SS];
    from.cpl = Ring::R3;
    from.ip = 0x1000;
    from.sp = user_page;
    from.rflags = rflags::Fixed1 | rflags::IF;
    seg::InterruptRequest const request{
        .vector = vector, .source = seg::InterruptSource::Software, .error_code = {}};
    seg::InterruptDelivery record;
    for ([[maybe_unused]] auto _ : state) {
        record = seg::deliver(world.state, world.memory, from, request);
        seg::commit(record.writes, world.memory);
        benchmark::DoNotOptimize(record);
    }
    require(state, record.outcome && record.stack_switched);
}

} // namespace
} // namespace ringside::bench

int main(int argc, char** argv) {
    using namespace ringside::bench;
    namespace mmu = ringside::mmu;
    benchmark::RegisterBenchmark("walk", walk, mmu::PagingMode::Bits32, directory)->Repetitions(3);
    benchmark::RegisterBenchmark("long_walk", walk, mmu::PagingMode::Level4, pml4)->Repetitions(3);
    benchmark::RegisterBenchmark("segment_load", segment_load)->Repetitions(3);
    benchmark::RegisterBenchmark("gate", gate)->Repetitions(3);
    return run_figures(
        argc, argv,
        {{"a page walk of two levels, with its record", "walk", "", 40, false, "ns"},
         {"a page walk of four levels, with its record", "long_walk", "", 40, false, "ns"},
         {"a segment load, with its record", "segment_load", "", 60, false, "ns"},
         {"a delivery with a stack switch, decided and written", "gate", "", 1000, false, "ns"}});
}
