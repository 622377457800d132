#include "core/tracepoints.hpp"

#include "core/trace/system_calls.hpp"
#include "kernel_stub/abi/door.h"
#include "kernel_stub/abi/tracepoints.h"
#include "mmu/page_table_entry.hpp"

#include <cstring>

namespace ringside {

namespace {

constexpr std::size_t longest_text = 4096;
constexpr std::size_t copy_head = 16;

class Reader {
public:
    Reader(Cpu const& registers, Peek const& peek)
        : registers_{registers}
        , peek_{peek}
        , is_64bit_{registers.segments.mode(registers.rflags) == seg::Mode::Long64} {}

    // The arguments in order: EBX, ECX, EDX, ESI, EDI.
    [[nodiscard]] u64 argument(unsigned number) const {
        constexpr std::array<Gpr, 5> order{Gpr::RBX, Gpr::RCX, Gpr::RDX, Gpr::RSI, Gpr::RDI};
        u64 const value = registers_[order[number]];
        return is_64bit_ ? value : value & 0xffffffff;
    }
    [[nodiscard]] u32 small(unsigned number) const { return static_cast<u32>(argument(number)); }
    [[nodiscard]] bool flag(unsigned number) const { return argument(number) != 0; }
    // A result: sign-extended from the guest's word.
    [[nodiscard]] i64 result(unsigned number) const {
        return is_64bit_ ? static_cast<i64>(argument(number)) : static_cast<i32>(small(number));
    }
    // Pointers are the kernel's own: offsets in its data segment.
    [[nodiscard]] u64 linear(u64 pointer) const {
        u64 const address = registers_.segments[seg::SegmentName::DS].base + pointer;
        return is_64bit_ ? pointer : address & 0xffffffff;
    }
    [[nodiscard]] std::string text(u64 pointer, u64 length) const {
        return peek_(linear(pointer), std::min<u64>(length, longest_text));
    }
    [[nodiscard]] std::string text(unsigned address, unsigned length) const {
        return text(argument(address), argument(length));
    }
    template <class T>
    [[nodiscard]] T structure(u64 pointer) const {
        T value{};
        std::string const bytes = peek_(linear(pointer), sizeof(T));
        std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }
    [[nodiscard]] std::array<u64, 6> words(u64 pointer) const {
        std::array<u64, 6> values{};
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] =
                is_64bit_ ? structure<u64>(pointer + 8 * i) : structure<u32>(pointer + 4 * i);
        }
        return values;
    }
    [[nodiscard]] mmu::PagingLevel top_level() const {
        return mmu::top_level(registers_.paging_context().mode);
    }
    // A system call by INT 80h has i386's number, whatever kernel serves it: a 64-bit one says so.
    [[nodiscard]] bool is_i386_call() const { return !is_64bit_ || small(2) == 1; }

private:
    Cpu const& registers_;
    Peek const& peek_;
    bool is_64bit_;
};

std::string syscall_name(u32 number, bool is_i386) {
    if (std::string_view const name = trace::name_of_call(number, is_i386); !name.empty()) {
        return std::string{name};
    }
    if (number >= DOOR_FIRST && number <= DOOR_LAST) {
        return "lab_door";
    }
    return "syscall_" + std::to_string(number);
}

trace::Body system_call(Reader const& reader) {
    trace::Syscall call{.nr = reader.small(0),
                        .name = syscall_name(reader.small(0), reader.is_i386_call()),
                        .args = reader.words(reader.argument(1)),
                        .abi32 = reader.is_i386_call()};
    call.argc = static_cast<u8>(trace::argument_count(call));
    return call;
}

trace::Body copy(Reader const& reader) {
    u64 const kernel = reader.argument(2);
    u64 const size = reader.argument(3);
    u64 const left = reader.argument(4);
    u64 const arrived = size - std::min(left, size);
    return trace::Copy{.dir = reader.small(0),
                       .user = reader.argument(1),
                       .kernel = kernel == 0 ? 0 : reader.linear(kernel),
                       .n = size,
                       .left = left,
                       .head = kernel == 0
                                   ? std::string{}
                                   : reader.text(kernel, std::min<u64>(arrived, copy_head))};
}

trace::Body softwalk(Reader const& reader) {
    trace::Softwalk walk{.lin = reader.argument(0), .write = reader.flag(1), .ok = reader.flag(2)};
    mmu::PagingLevel level = reader.top_level();
    u64 const read = std::min<u64>(reader.argument(4), static_cast<u64>(level));
    for (u64 i = 0; i < read; ++i, level = mmu::next_level(level)) {
        auto const told = reader.structure<tp_entry>(reader.argument(3) + i * sizeof(tp_entry));
        walk.steps.push_back({.level = level, .pa = told.physical, .entry = told.value});
    }
    return walk;
}

trace::Body vma(Reader const& reader) {
    auto const told = reader.structure<tp_vma>(reader.argument(1));
    return trace::Vma{.op = reader.small(0),
                      .start = told.start,
                      .end = told.end,
                      .prot = told.prot,
                      .flags = told.flags,
                      .file = told.name == 0 ? std::string{}
                                             : reader.text(told.name, u64{told.name_length}),
                      .pgoff = told.pgoff,
                      .pid = told.pid};
}

} // namespace

std::optional<trace::Body> read_tracepoint(Cpu const& registers, Peek const& peek) {
    Reader const reader{registers, peek};
    switch (static_cast<tracepoint>(registers[Gpr::RAX] & 0xffffffff)) {
    case TP_SYSCALL:
        return system_call(reader);
    case TP_SYSCALL_RET:
        return trace::SyscallRet{.nr = reader.small(0),
                                 .name = syscall_name(reader.small(0), reader.is_i386_call()),
                                 .ret = reader.result(1)};
    case TP_ACCESS_OK:
        return trace::AccessOk{.ptr = reader.argument(0),
                               .n = reader.argument(1),
                               .limit = reader.argument(2),
                               .ok = reader.flag(3)};
    case TP_COPY:
        return copy(reader);
    case TP_SOFTWALK:
        return softwalk(reader);
    case TP_KMAP:
        return trace::Kmap{
            .slot = reader.small(0), .lin = reader.argument(1), .pa = reader.argument(2)};
    case TP_FIXUP:
        return trace::Fixup{.from = reader.argument(0), .to = reader.argument(1)};
    case TP_FAULT_IN:
        return trace::FaultIn{.how = reader.small(0),
                              .lin = reader.argument(1),
                              .pa = reader.argument(2),
                              .major = reader.flag(3)};
    case TP_SWAP_OUT:
        return trace::SwapOut{
            .lin = reader.argument(0), .pa = reader.argument(1), .slot = reader.result(2)};
    case TP_VMA:
        return vma(reader);
    case TP_PAGE_REF:
        return trace::PageRef{
            .pa = reader.argument(0), .before = reader.result(1), .after = reader.result(2)};
    case TP_SIGNAL:
        return trace::Signal{.nr = reader.small(0),
                             .code = static_cast<i32>(reader.small(1)),
                             .addr = reader.argument(2)};
    case TP_SCHED:
        return trace::Sched{.from = reader.small(0), .to = reader.small(1)};
    case TP_OOPS:
        return trace::Text{.kind = trace::TextKind::Oops, .text = reader.text(0U, 1U)};
    case TP_PANIC:
        return trace::Text{.kind = trace::TextKind::Panic, .text = reader.text(0U, 1U)};
    case TP_LINT:
        return trace::Lint{.rule = reader.text(0U, 1U), .text = reader.text(2U, 3U)};
    case TP_PROCESS:
        return trace::Process{.pid = reader.small(0),
                              .name = reader.text(1U, 2U),
                              .parent = reader.small(3),
                              .gone = reader.flag(4)};
    }
    return std::nullopt;
}

} // namespace ringside
