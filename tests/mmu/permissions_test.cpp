// Every combination of rights in every level, of the control bits and of the kinds of access,
// against the table of access_oracle.cpp.
#include <doctest/doctest.h>

#include "access_oracle.hpp"
#include "one_path.hpp"

namespace ringside::mmu {

namespace {

using oracle::Cause;
using oracle::Question;

struct Request {
    char who;
    char acc;
};
constexpr std::array<Request, 8> requests{{{'U', 'r'},
                                           {'U', 'w'},
                                           {'U', 'x'},
                                           {'S', 'r'},
                                           {'S', 'w'},
                                           {'S', 'x'},
                                           {'I', 'r'},
                                           {'I', 'w'}}};

Access access_of(Question const& question) {
    return {.type = question.acc == 'r'   ? AccessType::Read
                    : question.acc == 'w' ? AccessType::Write
                                          : AccessType::Fetch,
            .user = question.who == 'U',
            .implicit = question.who == 'I'};
}

// Sets the control bits of combination 0..31 in both.
void set_controls(unsigned combination, PagingContext& context, Question& question) {
    question.wp = context.wp = (combination & 1U) != 0;
    question.smep = context.smep = (combination & 2U) != 0;
    question.smap = context.smap = (combination & 4U) != 0;
    question.ac = context.ac = (combination & 8U) != 0;
    question.nxe = context.nxe = (combination & 16U) != 0;
}

// The record's check list explains the outcome: all hold, or only the last does not and is named.
bool explains_itself(PageWalk const& walk) {
    for (std::size_t place = 0; place + 1 < walk.checks.size(); ++place) {
        if (!walk.checks[place].ok) {
            return false;
        }
    }
    if (walk.outcome) {
        return walk.checks.back().ok && walk.steps.back().verdict == WalkVerdict::Leaf;
    }
    return !walk.checks.back().ok && walk.outcome.error().rule == walk.checks.back().rule &&
           walk.updates.empty() && walk.steps.back().verdict != WalkVerdict::Leaf;
}

// "" or what is wrong.
std::string compare(OnePath const& path, Question const& question) {
    PageWalk const walk = path.walk(access_of(question));
    if (!explains_itself(walk)) {
        return "the checks do not explain the outcome";
    }
    bool const expected = oracle::allowed(question);
    if (expected != static_cast<bool>(walk.outcome)) {
        return expected ? "refused" : "allowed";
    }
    if (expected) {
        Translation const& found = walk.outcome.value();
        u64 const offset = path.address.value() & ((u64{1} << path.width()) - 1);
        bool const right = found.address == PhysicalAddress{OnePath::frame + offset} &&
                           found.page_size == u64{1} << path.width() && found.user == question.us &&
                           found.writable == question.rw && found.no_execute == question.xd;
        return right ? "" : "a wrong translation";
    }
    Fault const& fault = walk.outcome.error();
    bool const wide = path.context.mode != PagingMode::Bits32;
    bool const right = fault.vector == ExceptionVector::PF && fault.address == path.address &&
                       fault.error_code == oracle::error_code(question, Cause::Rights, wide);
    return right ? "" : "a wrong fault";
}

// Levels that carry rights; the entry flags of combination `rights`, three bits a level.
std::vector<PagingLevel> levels_with_rights(OnePath const& path) {
    std::vector<PagingLevel> levels;
    for (PagingLevel const level : path.levels()) {
        if (!path.is_register(level)) {
            levels.push_back(level);
        }
    }
    return levels;
}

bool set_rights(OnePath& path, unsigned rights, Question& question) {
    question.us = question.rw = true;
    question.xd = false;
    for (PagingLevel const level : levels_with_rights(path)) {
        bool const xd = (rights & 4U) != 0;
        if (xd && path.context.mode == PagingMode::Bits32) {
            return false; // 4-byte entries have no XD
        }
        path.set(level, flag::P | ((rights & 1U) != 0 ? flag::RW : 0) |
                            ((rights & 2U) != 0 ? flag::US : 0) | (xd ? flag::XD : 0));
        question.rw = question.rw && (rights & 1U) != 0;
        question.us = question.us && (rights & 2U) != 0;
        question.xd = question.xd || xd;
        rights >>= 3U;
    }
    return true;
}

unsigned compare_all(PathShape const& shape) {
    unsigned compared = 0;
    OnePath path{shape.mode, shape.leaf};
    unsigned const combinations = 1U << 3 * levels_with_rights(path).size();
    for (unsigned rights = 0; rights < combinations; ++rights) {
        Question question;
        if (!set_rights(path, rights, question)) {
            continue;
        }
        for (unsigned controls = 0; controls < 32; ++controls) {
            set_controls(controls, path.context, question);
            if (question.xd && !question.nxe) {
                continue; // a reserved bit, not a right
            }
            for (Request const& request : requests) {
                question.who = request.who;
                question.acc = request.acc;
                std::string const wrong = compare(path, question);
                if (!wrong.empty()) {
                    FAIL(shape.name, " ", oracle::words(question), ": ", wrong);
                }
                ++compared;
            }
        }
    }
    return compared;
}

} // namespace

TEST_CASE("oracle: the table of access rights speaks of every case exactly once") {
    unsigned asked = 0;
    for (unsigned bits = 0; bits < 256; ++bits) {
        for (Request const& request : requests) {
            Question question{.who = request.who,
                              .acc = request.acc,
                              .us = (bits & 32U) != 0,
                              .rw = (bits & 64U) != 0,
                              .xd = (bits & 128U) != 0};
            PagingContext ignored;
            set_controls(bits % 32, ignored, question);
            CHECK(oracle::rows_about(question) == 1);
            ++asked;
        }
    }
    CHECK(asked == 2048);
}

TEST_CASE("mmu: every combination of rights, control bits and accesses is as the manual's table") {
    for (PathShape const& shape : path_shapes) {
        unsigned const compared = compare_all(shape);
        INFO(shape.name);
        // Rights of two bits (4-byte entries) or three a level; 32 controls, 8 requests; with
        // NXE = 0 only the paths without XD.
        std::size_t const levels = levels_with_rights(OnePath{shape.mode, shape.leaf}).size();
        unsigned const without_xd = 1U << 2 * levels;
        unsigned const with_xd = shape.mode == PagingMode::Bits32 ? without_xd : 1U << 3 * levels;
        CHECK(compared == (without_xd + with_xd) * 16 * 8);
    }
}

TEST_CASE("mmu: an entry with P = 0 ends the walk, whatever its other bits and all rights are") {
    for (PathShape const& shape : path_shapes) {
        OnePath const whole{shape.mode, shape.leaf};
        for (std::size_t missing = 0; missing < whole.levels().size(); ++missing) {
            OnePath path{shape.mode, shape.leaf};
            path.set_raw(path.levels()[missing], ~u64{1}); // reserved bits too
            for (unsigned controls = 0; controls < 32; ++controls) {
                for (Request const& request : requests) {
                    Question question{.who = request.who, .acc = request.acc};
                    set_controls(controls, path.context, question);
                    PageWalk const walk = path.walk(access_of(question));
                    REQUIRE_FALSE(walk.outcome);
                    CHECK(walk.steps.size() == missing + 1);
                    CHECK(walk.steps.back().verdict == WalkVerdict::NotPresent);
                    CHECK(walk.outcome.error().error_code ==
                          oracle::error_code(question, Cause::NotPresent,
                                             shape.mode != PagingMode::Bits32));
                    CHECK(explains_itself(walk));
                }
            }
        }
    }
}

TEST_CASE("mmu: a missing or malformed lower entry is reported before the rights of upper ones") {
    for (PathShape const& shape : path_shapes) {
        OnePath path{shape.mode, shape.leaf};
        for (PagingLevel const level : levels_with_rights(path)) {
            path.set(level, flag::P); // read-only, supervisor
        }
        Access const user_write{.type = AccessType::Write, .user = true};
        CHECK(path.walk(user_write).outcome.error().error_code == 0x7);
        path.set_raw(path.leaf(), 0);
        CHECK(path.walk(user_write).outcome.error().error_code == 0x6);
    }
}

} // namespace ringside::mmu
