#pragma once
// A guest fault is a value: its vector, its error code, for #PF the faulting linear address, and
// the rule that was broken.
#include "core/x86/address.hpp"
#include "core/x86/exception_vector.hpp"
#include "core/x86/integers.hpp"
#include "core/x86/rule.hpp"

namespace ringside {

struct Fault {
    ExceptionVector vector = ExceptionVector::GP;
    u32 error_code = 0;      // 0 where the vector has none
    LinearAddress address{}; // #PF only: what CR2 becomes
    Rule const* rule =
        nullptr; // why; null only for faults the processor core itself reports (#DE, #UD)
};

} // namespace ringside
