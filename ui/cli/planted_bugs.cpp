#include "ui/cli/planted_bugs.hpp"

#include "kernel_stub/abi/bugs.h"

#include <array>
#include <string_view>

namespace ringside::cli {

namespace {

struct PlantedBug {
    std::string_view name;
    bool planted; // false: the kernel will have it, but has not yet
    std::string_view sentence;
};
#define BUG_ROW(name, planted, sentence) PlantedBug{#name, (planted) != 0, sentence},
constexpr std::array bugs{RINGSIDE_BUGS(BUG_ROW)};
#undef BUG_ROW

std::string names_of(bool planted) {
    std::string names;
    for (PlantedBug const& bug : bugs) {
        if (bug.planted == planted) {
            names += names.empty() ? "" : ", ";
            names += bug.name;
        }
    }
    return names.empty() ? "none" : names;
}

} // namespace

std::string check_bug(std::string const& name) {
    for (PlantedBug const& bug : bugs) {
        if (bug.name == name && bug.planted) {
            return {};
        }
    }
    return "'" + name + "' is no planted bug of this kernel; it has: " + names_of(true) +
           "; still to come: " + names_of(false);
}

std::string bug_help() {
    std::string help = "one of the kernel's planted bugs:";
    for (PlantedBug const& bug : bugs) {
        if (bug.planted) {
            help += "\n" + std::string{bug.name} + ": " + std::string{bug.sentence};
        }
    }
    return help + (names_of(true) == "none" ? " it has none yet" : "");
}

} // namespace ringside::cli
