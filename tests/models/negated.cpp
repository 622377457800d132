// The other side of core/x86/asked.hpp: RINGSIDE_NEGATE=seg/stack.cpp:31 turns around what the
// checks in that line answer; RINGSIDE_SITES=FILE notes in FILE which lines asked.
#include "core/x86/asked.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace ringside {

namespace {

// "/.../seg/stack.cpp" from the room's name on.
std::string_view in_the_tree(std::string_view file) {
    for (std::string_view const room : {"/seg/", "/mmu/"}) {
        if (auto const at = file.rfind(room); at != std::string_view::npos) {
            return file.substr(at + 1);
        }
    }
    return file;
}

class Negation {
public:
    Negation() {
        if (char const* const site = std::getenv("RINGSIDE_NEGATE"); site != nullptr) {
            std::string const text{site};
            auto const colon = text.rfind(':');
            file_ = text.substr(0, colon);
            line_ = static_cast<unsigned>(std::stoul(text.substr(colon + 1)));
        }
        if (char const* const path = std::getenv("RINGSIDE_SITES"); path != nullptr) {
            path_ = path;
        }
    }
    Negation(Negation const&) = delete;
    Negation(Negation&&) = delete;
    Negation& operator=(Negation const&) = delete;
    Negation& operator=(Negation&&) = delete;
    ~Negation() {
        if (!path_.empty()) {
            std::ofstream out{path_};
            for (auto const& [file, line] : sites_) {
                out << in_the_tree(file) << ':' << line << '\n';
            }
        }
    }

    [[nodiscard]] bool is(CheckSite site) {
        if (!path_.empty()) {
            sites_.emplace(site.file, site.line);
        }
        return site.line == line_ && in_the_tree(site.file) == file_;
    }

private:
    std::string file_;
    unsigned line_ = 0;
    std::string path_;
    std::set<std::pair<char const*, unsigned>> sites_;
};

} // namespace

bool asked(bool holds, CheckSite site) {
    static Negation negation;
    return holds != negation.is(site);
}

} // namespace ringside
