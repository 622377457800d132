#pragma once
// A panel as data: rows of spans, each with a role that says what the text means, never how it
// looks. One painter turns a sheet into pixels (ui/window), another into plain text (ui/text). The
// text is what golden tests compare, what a screen reader speaks and what a terminal over SSH
// shows, so a sheet never says by colour what it does not also say in letters.
#include "core/x86/integers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ringside::sheets {

enum class Role : u8 {
    Normal,
    Dim,     // known, but not the point now; not yet done; from an older event
    Heading, // column heads, names of parts
    Now,     // the one thing that is about to happen
    Changed, // differs from the moment before: '*' in front
    Ring0,   // '#'
    Ring3,   // 'o'
    Read,    // 'r'
    Write,   // 'W'
    Fetch,   // 'x'
    Passed,  // "ok"
    Failed,  // "STOP"
    Fault,   // '!'
    Level1,  // parts of an address and the table level that each one indexes
    Level2,
    Level3,
    Level4,
    Offset,
    Source,  // C source text
    Number,  // addresses and values in running text
    Link,    // connecting lines that the window draws and the text spells
    Key,     // a key to press
    Hatched, // belongs to the other address space
};

struct Span {
    std::string text;
    Role role = Role::Normal;
    int tag = 0;     // for arrows; 0: none
    std::string tip; // what it means, for who rests on it
    u64 go = no_go;  // a click goes to this event
    static constexpr u64 no_go = ~u64{0};
};

// What a row is as a whole; the window shades it, the text has its glyph in the first column.
enum class RowKind : u8 { Plain, Now, Rule, Heading, Gap, Warning };

struct Row {
    std::vector<Span> spans;
    RowKind kind = RowKind::Plain;
    u8 stripe = 0xff; // ring stripe at the left edge: 0 or 3; 0xff: none
    u8 spare = 0;     // in a panel that is too low, rows of the highest number go first; 0: stays
    [[nodiscard]] std::size_t width() const;
};

// A row of connecting lines only: the text has it, the window draws an arrow in a thin row.
[[nodiscard]] bool is_joint(Row const& row);
inline constexpr float joint_height = 0.6F; // of a row's

// From one tagged span to another.
struct Arrow {
    int from = 0;
    int to = 0;
    Role role = Role::Number;
};

struct Sheet {
    std::string name;  // stable: "walk"
    std::string title; // "PAGE WALK"
    std::string about; // what it shows now: "linear 08051000  read  CPL 0"
    std::string note;  // at the right of the title: "event 41", "3 events ago"
    std::vector<Row> rows;
    std::vector<Arrow> arrows;
    int focus = -1; // the row that must be in sight
};
// At most `height` rows high, as far as there are spare ones; the note says how many are missing.
void leave_out_spare_rows(Sheet& sheet, std::size_t height);

// Columns in a string of UTF-8: code points.
[[nodiscard]] std::size_t columns(std::string_view text);
// At most `width` columns. What is left out is shown by an ellipsis, and it is whole words, or
// whole parts of a long name: half a number is a wrong number.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width);
// A row of at most `width` columns.
void fit(Row& row, std::size_t width);

// A row broken at blanks into rows of at most `width` columns, all but the first begin at `indent`.
[[nodiscard]] std::vector<Row> fold(Row const& row, std::size_t width, std::size_t indent);

// Broken at blanks into pieces of at most `width` columns; a longer word is cut.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

// Writes one row from left to right.
class Line {
public:
    Line& put(std::string_view text, Role role = Role::Normal, int tag = 0);
    Line& go(u64 event);               // a click on what was put last goes there
    Line& tip(std::string_view words); // explains what was put last
    Line& at(std::size_t column); // blanks up to a column; at least one when there is text behind
                                  // it already
    Line& right(std::string_view text, std::size_t width,
                Role role = Role::Normal); // ends at `width`
    [[nodiscard]] std::size_t column() const { return column_; }
    [[nodiscard]] Row done(RowKind kind = RowKind::Plain) const;
    [[nodiscard]] Row spare(u8 rank) const; // done, and the panel can do without it

private:
    Row row_;
    std::size_t column_ = 0;
};

} // namespace ringside::sheets
