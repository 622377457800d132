#pragma once
// What the manual says about access rights, written as a table of cases (SDM volume 3, sections
// 5.6.1 and 5.7), not as the steps of a walk: an expectation that shares nothing with mmu/.
#include "core/x86/integers.hpp"

#include <string>

namespace ringside::mmu::oracle {

struct Question {
    char who = 'S';  // U user, S supervisor, I implicit supervisor
    char acc = 'r';  // r w x
    bool us = false; // of the whole path
    bool rw = false;
    bool xd = false; // only with nxe
    bool wp = false;
    bool smep = false;
    bool smap = false;
    bool ac = false;
    bool nxe = false;
};

// How many rows of the table speak of this question: must be one.
[[nodiscard]] unsigned rows_about(Question const& question);
[[nodiscard]] bool allowed(Question const& question);

enum class Cause { NotPresent, Reserved, Rights };
[[nodiscard]] u32 error_code(Question const& question, Cause cause, bool eight_byte_entries);

// "Sw US=1 RW=0 ..." for messages.
[[nodiscard]] std::string words(Question const& question);

} // namespace ringside::mmu::oracle
