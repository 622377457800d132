#include "access_oracle.hpp"

#include <array>
#include <string_view>

namespace ringside::mmu::oracle {

namespace {

struct Row {
    std::string_view pattern; // one letter a column; '.' is any
    bool allowed;
};

// Columns: who acc US RW XD WP SMEP SMAP AC NXE
constexpr std::array<Row, 33> table{{
    // Supervisor-mode reads: from supervisor pages always; from user pages unless SMAP forbids.
    {"Sr0.......", true},
    {"Sr1....0..", true},
    {"Sr1....11.", true},
    {"Sr1....10.", false},
    {"Ir0.......", true},
    {"Ir1....0..", true},
    {"Ir1....1..", false}, // implicit: AC does not help
    // Supervisor-mode writes to supervisor pages.
    {"Sw01......", true},
    {"Sw00.0....", true},
    {"Sw00.1....", false},
    {"Iw01......", true},
    {"Iw00.0....", true},
    {"Iw00.1....", false},
    // Supervisor-mode writes to user pages.
    {"Sw1..0.0..", true},
    {"Sw1..0.11.", true},
    {"Sw1..0.10.", false},
    {"Sw11.1.0..", true},
    {"Sw11.1.11.", true},
    {"Sw11.1.10.", false},
    {"Sw10.1....", false},
    {"Iw1....1..", false},
    {"Iw1..0.0..", true},
    {"Iw11.1.0..", true},
    {"Iw10.1.0..", false},
    // Supervisor-mode fetches.
    {"Sx0.0.....", true},
    {"Sx0.1.....", false},
    {"Sx1.0.0...", true},
    {"Sx1.1.0...", false},
    {"Sx1...1...", false},
    // User-mode accesses: never to supervisor pages.
    {"U.0.......", false},
    {"Ur1.......", true},
    {"Uw1.......", true}, // but for the row below
    {"Ux1.......", true}, // but for the row below
}};

// Exceptions to the two user rows that say so.
constexpr std::array<std::string_view, 2> refused_user{{"Uw10......", "Ux1.1....."}};

std::string letters(Question const& question) {
    auto const digit = [](bool set) { return set ? '1' : '0'; };
    return {question.who,       question.acc,       digit(question.us),   digit(question.rw),
            digit(question.xd), digit(question.wp), digit(question.smep), digit(question.smap),
            digit(question.ac), digit(question.nxe)};
}

bool matches(std::string_view pattern, std::string_view question) {
    for (std::size_t place = 0; place < pattern.size(); ++place) {
        if (pattern[place] != '.' && pattern[place] != question[place]) {
            return false;
        }
    }
    return true;
}

} // namespace

unsigned rows_about(Question const& question) {
    std::string const asked = letters(question);
    unsigned rows = 0;
    for (Row const& row : table) {
        rows += matches(row.pattern, asked) ? 1U : 0U;
    }
    return rows;
}

bool allowed(Question const& question) {
    std::string const asked = letters(question);
    for (std::string_view const pattern : refused_user) {
        if (matches(pattern, asked)) {
            return false;
        }
    }
    for (Row const& row : table) {
        if (matches(row.pattern, asked)) {
            return row.allowed;
        }
    }
    return false;
}

u32 error_code(Question const& question, Cause cause, bool eight_byte_entries) {
    u32 code = 0;
    if (cause != Cause::NotPresent) {
        code |= 0x01;
    }
    if (question.acc == 'w') {
        code |= 0x02;
    }
    if (question.who == 'U') {
        code |= 0x04;
    }
    if (cause == Cause::Reserved) {
        code |= 0x08;
    }
    if (question.acc == 'x' && (question.smep || (question.nxe && eight_byte_entries))) {
        code |= 0x10;
    }
    return code;
}

std::string words(Question const& question) {
    return "who acc US RW XD WP SMEP SMAP AC NXE = " + letters(question);
}

} // namespace ringside::mmu::oracle
