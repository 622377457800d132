#pragma once
// One golden case: the state a processor was put into, and what it then did. Addresses are
// physical unless the name says otherwise; numbers are as the processor had them.
#include "core/x86/address.hpp"
#include "core/x86/integers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ringside::vectors {

struct MemoryWord {
    PhysicalAddress address{};
    u64 value = 0;      // 8 bytes, little-endian
    std::string role{}; // pml4e pdpte pde pte data desc gate stack; empty in `Outcome::after`
};

struct DescriptorTableRegister {
    u64 base = 0; // linear
    u32 limit = 0;
};

// What the processor did. Members that belong to one kind only are empty for the others.
struct Outcome {
    bool ok = false;               // the stub reached its UD2
    std::optional<u64> hit;        // paging, ok: the physical address accessed
    u8 phase = 1;                  // 0: the fault came while paging was switched on
    u8 vector = 0;                 // not ok:
    u32 error_code = 0;            //   0 where the vector has none
    std::optional<u64> cr2;        //   #PF only, linear
    u64 ip = 0;                    //   as pushed
    u16 cs = 0;                    //
    std::optional<u64> flags;      // xfer: the EFLAGS image without RF
    std::optional<u64> sp;         // xfer, CS.RPL > 0: the stack that was left
    std::optional<u64> ss;         //
    std::optional<u64> lar;        // seg: 0xfffffff0 means ZF was clear
    std::optional<u64> lsl;        //
    std::optional<bool> verr;      // seg: ZF
    std::optional<bool> verw;      //
    std::vector<MemoryWord> after; // every word of `mem` that changed, with its new value
};

struct VectorCase {
    u64 index = 0;     // its `i`
    std::string kind;  // p32 pae p64 seg segu xfer
    std::string acc;   // paging: r w m x il iw; seg: r1 r2 r4 w1 w2 w4 load; xfer: jmpf callf ...
    std::string where; // "FILE:LINE", for messages

    u8 cpl = 0;
    u64 cr0 = 0;
    u64 cr3 = 0;
    u64 cr4 = 0;
    u64 efer = 0;
    u64 eflags = 0;
    u64 rdi = 0;
    u64 rbx = 0;
    u32 gdt_limit = 0;
    std::optional<DescriptorTableRegister> ldt; // absent: a null LDTR
    std::vector<u8> code;                       // the stub, ends in UD2
    std::vector<MemoryWord> memory;             // all that is not zero

    std::optional<u64> linear;    // paging: of the access
    std::optional<u8> maxphyaddr; // paging
    std::string segment_register; // seg: ES CS SS DS FS GS
    std::optional<u16> selector;  // seg
    std::optional<u64> offset;    // seg

    Outcome out;
};

} // namespace ringside::vectors
