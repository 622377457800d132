#pragma once
// The text of guest source files. The guest is compiled with paths made relative
// (-ffile-prefix-map), so that the same sources give the same bytes everywhere; here they are found
// again under the directories given, the first that has one.
#include "core/x86/integers.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

class SourceText {
public:
    explicit SourceText(std::vector<std::filesystem::path> directories)
        : directories_{std::move(directories)} {}
    // Line `number` from 1, tabs as spaces, without trailing blanks; empty when there is none.
    [[nodiscard]] std::string_view line(std::string_view file, u32 number);
    [[nodiscard]] std::vector<std::string> const& lines(std::string_view file);

private:
    std::vector<std::filesystem::path> directories_;
    std::map<std::string, std::vector<std::string>, std::less<>> files_;
};

} // namespace ringside
