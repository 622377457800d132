#include "core/vectors/replay.hpp"

#include "core/vectors/paging_vectors.hpp"
#include "core/vectors/segmentation_vectors.hpp"
#include "core/vectors/vector_file.hpp"

#include <algorithm>

namespace ringside::vectors {

namespace {

constexpr std::size_t shown_differences = 5;

std::string memory_text(VectorCase const& given) {
    std::string line;
    for (MemoryWord const& word : given.memory) {
        line += " " + word.role + "[" + hex(word.address.value()) + "]=" + hex(word.value);
    }
    return line;
}

std::string difference_text(VectorCase const& given, Verdict const& verdict) {
    Difference const& difference = *verdict.difference;
    std::string request = given.kind + " case " + std::to_string(given.index) +
                          " acc=" + given.acc + " cpl=" + std::to_string(given.cpl);
    if (given.linear) {
        request += " lin=" + hex(*given.linear);
    }
    if (given.selector) {
        request += " " + given.segment_register + "=" + hex(*given.selector) +
                   " off=" + hex(given.offset.value_or(0));
    }
    return given.where + ": " + request + "\n  state: cr0=" + hex(given.cr0) +
           " cr3=" + hex(given.cr3) + " cr4=" + hex(given.cr4) + " efer=" + hex(given.efer) +
           " efl=" + hex(given.eflags) + "\n  memory:" + memory_text(given) + "\n  " +
           difference.what + ": processor " + difference.processor + ", model " + difference.model +
           "\n  model: " + verdict.reason + "\n";
}

KindSummary& summary_of(Summary& summary, std::string const& kind) {
    auto const found = std::ranges::find(summary.kinds, kind, &KindSummary::kind);
    if (found != summary.kinds.end()) {
        return *found;
    }
    summary.kinds.emplace_back().kind = kind;
    return summary.kinds.back();
}

} // namespace

Verdict replay_case(VectorCase const& given) {
    return given.linear ? replay_paging(given) : replay_segmentation(given);
}

bool Summary::all_equal() const {
    return std::ranges::all_of(kinds,
                               [](KindSummary const& kind) { return kind.equal == kind.total; });
}

Summary replay_files(std::span<std::string const> paths, Judge const& judge) {
    Summary summary;
    for (std::string const& path : paths) {
        VectorFile file{path};
        while (std::optional<VectorCase> const given = file.next()) {
            Verdict const verdict = judge(*given);
            KindSummary& kind = summary_of(summary, given->kind);
            ++kind.total;
            kind.equal += verdict.equal() ? 1U : 0U;
            if (!verdict.equal() && kind.differences.size() < shown_differences) {
                kind.differences.push_back(difference_text(*given, verdict));
            }
        }
    }
    return summary;
}

std::string text(Summary const& summary) {
    std::string lines;
    for (KindSummary const& kind : summary.kinds) {
        lines +=
            kind.kind + " " + std::to_string(kind.equal) + "/" + std::to_string(kind.total) + "\n";
        for (std::string const& difference : kind.differences) {
            lines += difference;
        }
    }
    return lines;
}

} // namespace ringside::vectors
