// Random lines as golden cases: parsed and replayed, or refused in one line.
#include "core/host_error.hpp"
#include "core/vectors/replay.hpp"
#include "core/vectors/vector_file.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(ringside::u8 const* bytes, std::size_t size) {
    using namespace ringside;
    std::string const line(bytes, bytes + size);
    try {
        auto const given = vectors::parse_case(line, "line:1");
        static_cast<void>(vectors::replay_case(given));
    } catch (HostError const& error) {
        fuzz::must(std::string{error.what()}.starts_with("line:1: "), "a refusal says where");
    }
    return 0;
}
