// The golden cases of segmentation, a sample of each kind: recorded on silicon (segu) and on an
// independent emulator, not written by us.
#include "core/host_error.hpp"
#include "core/vectors/segmentation_vectors.hpp"
#include "core/vectors/vector_file.hpp"

#include <doctest/doctest.h>

namespace ringside::vectors {
namespace {

std::vector<VectorCase> sample(std::string const& kind) {
    VectorFile file{RINGSIDE_SOURCE_DIR "/tests/data/vectors/" + kind + ".jsonl.gz"};
    std::vector<VectorCase> cases;
    while (auto next = file.next()) {
        cases.push_back(std::move(*next));
    }
    return cases;
}

void check_all_equal(std::string const& kind) {
    std::vector<VectorCase> const cases = sample(kind);
    CHECK(cases.size() >= 200);
    for (VectorCase const& vector : cases) {
        Verdict const verdict = replay_segmentation(vector);
        INFO(vector.where, " ", vector.acc, " by ", verdict.reason);
        if (!verdict.equal()) {
            FAIL_CHECK(verdict.difference->what, ": processor ", verdict.difference->processor,
                       ", model ", verdict.difference->model);
        }
    }
}

TEST_CASE("vectors: segment loads and accesses do what the recorded processor did") {
    check_all_equal("seg");
}

TEST_CASE("vectors: segment loads and accesses in ring 3 do what silicon did") {
    check_all_equal("segu");
}

TEST_CASE("vectors: far JMP, CALL, RETF and IRET do what the recorded processor did") {
    check_all_equal("xfer");
}

TEST_CASE("vectors: a case whose record is changed is a difference that says what differs") {
    for (char const* kind : {"seg", "segu", "xfer"}) {
        for (VectorCase vector : sample(kind)) {
            INFO(vector.where);
            VectorCase const original = vector;
            vector.out.ok = !vector.out.ok;
            CHECK(replay_segmentation(vector).difference->what == "outcome");
            vector = original;
            vector.out.ip += 1;
            CHECK(replay_segmentation(vector).difference->what == "IP");
            if (vector.kind == "segu" || vector.memory.empty()) {
                continue;
            }
            vector = original;
            MemoryWord const& word = vector.memory.front();
            vector.out.after.insert(vector.out.after.begin(),
                                    MemoryWord{word.address, ~word.value, ""});
            CHECK(replay_segmentation(vector).difference->what ==
                  "word at " + hex(word.address.value()) + " after");
        }
    }
}

TEST_CASE("vectors: a stub or a state that no such case can have is refused with its place") {
    VectorCase load = sample("seg").front();
    load.code.resize(3);
    CHECK_THROWS_WITH_AS(static_cast<void>(replay_segmentation(load)),
                         (load.where + ": code is not the stub of a segment load").c_str(),
                         HostError);
    VectorCase far = sample("xfer").front();
    far.code.assign({0x90, 0x0f, 0x0b});
    CHECK_THROWS_WITH_AS(static_cast<void>(replay_segmentation(far)),
                         (far.where + ": code is not the stub of a far transfer").c_str(),
                         HostError);
    VectorCase real = sample("seg").front();
    real.cr0 = 0;
    CHECK_THROWS_AS(static_cast<void>(replay_segmentation(real)), HostError);
    VectorCase table = sample("seg").front();
    table.gdt_limit = 0x10000;
    CHECK_THROWS_AS(static_cast<void>(replay_segmentation(table)), HostError);
    VectorCase odd = sample("seg").front();
    odd.memory.front().address = PhysicalAddress{0x2081};
    CHECK_THROWS_AS(static_cast<void>(replay_segmentation(odd)), HostError);
}

} // namespace
} // namespace ringside::vectors
