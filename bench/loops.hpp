#pragma once
// Five loops of 32-bit user code, measured in bare Unicorn and in our engine. EDI points to data,
// ECX counts turns down; each ends in DEC ECX, JNZ. The byte behind the last jump is INT3.
#include "core/x86/integers.hpp"

#include <array>
#include <span>

namespace ringside::bench {

inline constexpr u32 code_address = 0x08048000;
inline constexpr u32 data_address = 0x0804a000;
inline constexpr u32 stack_address = 0xbffff000; // the page above is not there
inline constexpr u32 stack_top = stack_address + 0xff0;

struct Loop {
    char const* name;
    std::span<u8 const> code;
    u32 end;          // offset of the INT3
    u32 instructions; // a turn
    double wanted;    // least ratio to bare Unicorn, counting every instruction
    u32 turns;        // of one measurement: some 10 ms
};

// add eax,ebx; xor edx,eax; sub esi,edx; add ebx,esi; xor eax,ebx
inline constexpr std::array<u8, 14> alu{0x01, 0xd8, 0x31, 0xc2, 0x29, 0xd6, 0x01,
                                        0xf3, 0x31, 0xd8, 0x49, 0x75, 0xf3, 0xcc};
// mov eax,[edi]; mov edx,[edi+4]; mov ebx,[edi+8]; mov esi,[edi+12]; add eax,edx
inline constexpr std::array<u8, 17> loads{0x8b, 0x07, 0x8b, 0x57, 0x04, 0x8b, 0x5f, 0x08, 0x8b,
                                          0x77, 0x0c, 0x01, 0xd0, 0x49, 0x75, 0xf0, 0xcc};
// the same four as stores
inline constexpr std::array<u8, 17> stores{0x89, 0x07, 0x89, 0x57, 0x04, 0x89, 0x5f, 0x08, 0x89,
                                           0x77, 0x0c, 0x01, 0xd0, 0x49, 0x75, 0xf0, 0xcc};
// call f; ... f: ret
inline constexpr std::array<u8, 10> calls{0xe8, 0x04, 0x00, 0x00, 0x00,
                                          0x49, 0x75, 0xf8, 0xcc, 0xc3};
// mov eax,[edi]; add eax,ebx; mov [edi+4],eax; push eax; call f; pop edx; xor eax,edx;
// mov esi,[edi+8]; add ebx,esi; mov [edi+12],ebx; inc edx; ... f: inc ebx; ret
inline constexpr std::array<u8, 31> mixed{
    0x8b, 0x07, 0x01, 0xd8, 0x89, 0x47, 0x04, 0x50, 0xe8, 0x10, 0x00, 0x00, 0x00, 0x5a, 0x31, 0xd0,
    0x8b, 0x77, 0x08, 0x01, 0xf3, 0x89, 0x5f, 0x0c, 0x42, 0x49, 0x75, 0xe4, 0xcc, 0x43, 0xc3};

inline constexpr std::array<Loop, 5> loops{{{"stores", stores, 16, 7, 0.95, 200'000},
                                            {"mixed", mixed, 28, 15, 0.90, 100'000},
                                            {"calls", calls, 8, 4, 0.85, 500'000},
                                            {"loads", loads, 16, 7, 0.65, 3'000'000},
                                            {"alu", alu, 13, 7, 0.65, 4'000'000}}};

// One processor that has a loop in memory and runs turns of it.
class Runner {
public:
    Runner() = default;
    Runner(Runner const&) = delete;
    Runner(Runner&&) = delete;
    Runner& operator=(Runner const&) = delete;
    Runner& operator=(Runner&&) = delete;
    virtual ~Runner() = default;
    virtual void turn(u32 turns) = 0;
    // EBX, which depends on every turn: the runners must agree.
    [[nodiscard]] virtual u32 result() = 0;
};

} // namespace ringside::bench
