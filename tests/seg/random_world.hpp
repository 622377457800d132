#pragma once
// What RapidCheck draws for the properties: numbers, selectors, descriptors, and whole machines
// with random tables. To be called within a property only.
#include "tests/seg/world.hpp"

namespace ringside::seg::test {

[[nodiscard]] u64 any_word();
[[nodiscard]] u64 any_below(u64 end);
[[nodiscard]] Ring any_ring();
[[nodiscard]] Selector any_selector();
[[nodiscard]] u64 any_descriptor();
[[nodiscard]] World any_world();

} // namespace ringside::seg::test
