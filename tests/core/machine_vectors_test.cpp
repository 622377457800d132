// The golden cases on the whole machine: the engine runs their code, and what it may not decide
// comes to the models, is delivered and handled. Recorded on silicon (segu) and on an independent
// emulator, not written by us.
#include "core/host_error.hpp"
#include "core/vectors/machine_vectors.hpp"
#include "core/vectors/replay.hpp"
#include "core/vectors/vector_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>

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

void check_all_equal(std::vector<std::string> const& files, u64 least) {
    MachineJudge judge;
    Summary const summary = replay_files(files, std::ref(judge));
    INFO(text(summary));
    CHECK(summary.all_equal());
    u64 total = 0;
    for (KindSummary const& kind : summary.kinds) {
        total += kind.total;
    }
    CHECK(total >= least);
}

TEST_CASE("machine vectors: the sample of each kind does what the recorded processor did") {
    std::vector<std::string> files;
    for (char const* const kind : {"p32", "pae", "p64", "seg", "segu", "xfer"}) {
        files.push_back(RINGSIDE_SOURCE_DIR "/tests/data/vectors/" + std::string{kind} +
                        ".jsonl.gz");
    }
    check_all_equal(files, 6U * 200);
}

TEST_CASE("slow: machine vectors: all 48000 cases" * doctest::skip()) {
    std::filesystem::path const folder = RINGSIDE_SOURCE_DIR "/../shared/vectors";
    std::vector<std::string> files;
    for (char const* const kind : {"p32", "pae", "p64", "seg", "segu", "xfer"}) {
        std::filesystem::path const file = folder / (std::string{kind} + ".jsonl.gz");
        if (!std::filesystem::exists(file)) {
            MESSAGE("left out: the whole set of cases is not here");
            return;
        }
        files.push_back(file);
    }
    check_all_equal(files, 48000);
}

TEST_CASE("machine vectors: a case whose record is changed is a difference that says what") {
    MachineJudge judge;
    for (char const* const kind : {"p32", "pae", "p64", "seg", "segu", "xfer"}) {
        std::vector<VectorCase> cases = sample(kind);
        for (std::size_t index = 0; index < cases.size(); index += 7) {
            INFO(cases[index].where);
            VectorCase changed = cases[index];
            changed.out.vector = 5;
            changed.out.ok = false;
            CHECK(judge(changed).difference.value_or(Difference{}).what == "outcome");
            changed = cases[index];
            if (!changed.out.ok && changed.out.phase == 1) {
                changed.out.ip ^= 1U;
                CHECK(judge(changed).difference.value_or(Difference{}).what == "IP");
                changed = cases[index];
                changed.out.error_code ^= 0x100U;
                CHECK(judge(changed).difference.value_or(Difference{}).what == "error code");
            }
            changed = cases[index];
            if (changed.out.hit) {
                *changed.out.hit += 8;
                CHECK(judge(changed).difference.value_or(Difference{}).what == "hit");
            }
            changed = cases[index];
            if (changed.kind != "segu" && !changed.memory.empty()) {
                MemoryWord const& word = changed.memory.front();
                std::erase_if(changed.out.after, [&](MemoryWord const& other) {
                    return other.address == word.address;
                });
                changed.out.after.push_back({word.address, word.value ^ 0x8000U, ""});
                CHECK_FALSE(judge(changed).equal());
            }
            CHECK(judge(cases[index]).equal()); // and the machine has forgotten all that
        }
    }
}

// What the case may not be, and a word of why.
void check_refused(VectorCase const& given, std::string const& why) {
    MachineJudge judge;
    try {
        static_cast<void>(judge(given));
        FAIL("not refused");
    } catch (HostError const& error) {
        std::string const text = error.what();
        INFO(text);
        CHECK(text.starts_with(given.where + ": "));
        CHECK(text.find(why) != std::string::npos);
    }
}

TEST_CASE("machine vectors: a case that the machine cannot hold is refused with its place") {
    VectorCase const given = sample("p32").front();
    VectorCase changed = given;
    changed.cr0 &= ~u64{1};
    check_refused(changed, "cr0");
    changed = given;
    changed.cr3 = 0x4000000;
    check_refused(changed, "cr3");
    changed = given;
    changed.code.assign(2000, 0x90);
    check_refused(changed, "code");
    changed = given;
    changed.memory.front().address = PhysicalAddress{0x4000000};
    check_refused(changed, "mem has a word at 0x4000000");
    changed.memory.front().address = PhysicalAddress{0xa000};
    check_refused(changed, "mem has a word at 0xa000");
    changed = given;
    changed.efer |= efer::LME;
    check_refused(changed, "efer");
    VectorCase p64 = sample("p64").front();
    p64.cpl = 1;
    check_refused(p64, "cpl");
}

TEST_CASE("machine vectors: a stub that never ends, or shuts the machine down, is a difference") {
    MachineJudge judge;
    VectorCase given = sample("seg").front();
    given.code = {0xeb, 0xfe}; // jmp $
    CHECK(judge(given).difference.value_or(Difference{}).model == "it runs on");
    given = sample("xfer").front();
    given.cpl = 0;
    given.code = {0xbc, 0, 0, 0, 0xff, 0x0f, 0x0b}; // mov esp, ff000000h: no stack for the frame
    INFO(judge(given).difference.value_or(Difference{}).model);
    CHECK(judge(given).difference.value_or(Difference{}).model.find("triple fault") !=
          std::string::npos);
}

} // namespace
} // namespace ringside::vectors
