#pragma once
// Golden texts and pictures in tests/ui/golden. With RINGSIDE_UPDATE_GOLDEN=1 they are written anew
// and then looked at by a person before they are committed.
#include <filesystem>
#include <string>

namespace ringside::tests {

[[nodiscard]] std::filesystem::path golden_path(std::string const& name);
[[nodiscard]] bool updating_golden();
// The stored bytes; `now` is stored first when golden files are being written.
[[nodiscard]] std::string golden(std::string const& name, std::string const& now);

} // namespace ringside::tests
