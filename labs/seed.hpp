#pragma once
// One problem per student. A seed is HMAC-SHA-256 of the course's key over lab and student, so a
// student gets the same variant at every download, nobody else's answers fit, and the grader needs
// no list. What a seed moves is drawn by name: adding a name later leaves the others as they were.
#include "core/x86/integers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::labs {

class Seed {
public:
    // A student's own. `course_key` is the teacher's secret.
    [[nodiscard]] static Seed of_student(std::string_view course_key, std::string_view lab,
                                         std::string_view student);
    // A public one to practise with: "7" as in OSTEP's -s 7.
    [[nodiscard]] static Seed practice(std::string_view number);

    // Four hexadecimal digits, all that a handout or a result shows of it.
    [[nodiscard]] std::string tag() const;
    // All of it, as a student's folder keeps it; nothing for what is no seed.
    [[nodiscard]] std::string hexadecimal() const;
    [[nodiscard]] static std::optional<Seed> from_hexadecimal(std::string_view text);
    // 0 .. count - 1, the same for the same name.
    [[nodiscard]] u64 draw(std::string_view name, u64 count) const;

private:
    explicit Seed(std::string bytes)
        : bytes_{std::move(bytes)} {}
    std::string bytes_;
};

// SHA-256 of some bytes, in hexadecimal.
[[nodiscard]] std::string sha256(std::string_view bytes);

} // namespace ringside::labs
