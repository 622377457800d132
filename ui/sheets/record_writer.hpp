#pragma once
// Writes the lines that every record of segmentation has: a name with words, a list of checks, a
// refusal. Only the files of the segmentation panel use it.
#include "core/x86/rule.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <span>
#include <string_view>

namespace ringside::sheets {

// Columns in front of a line's words.
inline constexpr std::size_t record_indent = 10;

// How checks are written: as sentences, by the names of their rules, or counted as long as all
// held.
enum class Detail : u8 { Sentences, Names, Count };

class RecordWriter {
public:
    // `micro` is the line that is being done, and there are sentences then; 0: all are known.
    RecordWriter(Sheet& sheet, std::size_t width, u32 micro, Detail detail)
        : sheet_{sheet}
        , width_{width}
        , micro_{micro}
        , detail_{detail} {}

    // `spare`: see sheets::Row.
    void text(std::string_view name, std::string_view words, Role role = Role::Normal,
              u8 spare = 0);
    void checks(std::span<Check const> list);
    void refused(u8 vector, u32 error);

    // Where the next line of the record stands: what a micro-step counts.
    struct Step {
        bool later = false; // not done yet
        bool now = false;   // being done
    };
    Step next_line();
    void add(Row row, Step step); // the row of the line that `next_line` began

private:
    void check(std::size_t number, Check const& check);
    void checks_counted(std::span<Check const> list);
    void checks_in_short(std::span<Check const> list);

    Sheet& sheet_;
    std::size_t width_;
    u32 micro_;
    Detail detail_;
    u32 line_ = 0;
};

} // namespace ringside::sheets
