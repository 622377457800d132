// The processor's registers. What the last step changed has a star, and the value before in its
// tip.
#include "core/x86/rflags.hpp"
#include "ui/sheets/panels.hpp"
#include "ui/sheets/words.hpp"

#include <array>
#include <fmt/format.h>

namespace ringside::sheets {

namespace {

constexpr std::array names32{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
constexpr std::array names64{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                             "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

class CpuWriter {
public:
    CpuWriter(View const& now, View const& before, PanelState const& state)
        : now_{now.cpu}
        , before_{before.cpu}
        , state_{state}
        , wide_{now.is_64_bit()}
        , digits_{wide_ ? 16U : 8U} {
        sheet_.name = "cpu";
        sheet_.title = "CPU";
        sheet_.about = fmt::format("ring {} {}", number(now_.cpl()), mode_words(now));
        sheet_.note = "* changed";
    }

    Sheet write() {
        general();
        flags();
        control(); // before the segments: CR2 and CR3 stay in sight in a low window
        segments();
        tables();
        return std::move(sheet_);
    }

private:
    [[nodiscard]] std::string mode_words(View const& view) const {
        switch (now_.segments.mode(now_.rflags)) {
        case seg::Mode::Real:
            return "real mode";
        case seg::Mode::Virtual8086:
            return "virtual-8086 mode";
        case seg::Mode::Protected:
            return (view.cpu.cr0 & cr0::PG) != 0 ? "protected mode, paging on"
                                                 : "protected mode, paging off";
        case seg::Mode::Compatibility:
            return "compatibility mode";
        case seg::Mode::Long64:
            break;
        }
        return "64-bit mode";
    }

    // "*eax 00000001", in a column of its own.
    void value(Line& line, std::string_view name, u64 value, u64 old, unsigned digits) {
        bool const changed = value != old;
        line.put(changed ? "*" : " ", Role::Changed).put(name, Role::Dim).put(" ");
        line.put(hex(value, digits), changed ? Role::Changed : Role::Number);
        if (changed) {
            line.tip(fmt::format("{} was {}", name, hex(old, digits)));
        }
    }

    void general() {
        // In the order in which people read them, not in that of their encoding.
        static constexpr std::array<std::size_t, 8> order{0, 3, 1, 2, 6, 7, 5, 4};
        std::size_t const columns = state_.width >= (wide_ ? 46U : 44U) ? (wide_ ? 2 : 3) : 1;
        std::size_t const pitch = wide_ ? 25 : 16;
        std::size_t const count = wide_ ? 16 : 8;
        Line line;
        for (std::size_t slot = 0; slot <= count; ++slot) {
            std::size_t const column = slot % columns;
            if (column == 0 && slot != 0) {
                sheet_.rows.push_back(std::exchange(line, Line{}).done());
            }
            if (column != 0) {
                line.at(column * pitch);
            }
            if (slot == count) {
                value(line, wide_ ? "rip" : "eip", now_.rip, before_.rip, digits_);
                break;
            }
            std::size_t const reg = slot < 8 ? order[slot] : slot;
            value(line, wide_ ? names64[reg] : names32[reg % 8], now_.gpr[reg], before_.gpr[reg],
                  digits_);
        }
        sheet_.rows.push_back(line.done());
    }

    void flags() {
        Line line;
        value(line, wide_ ? "rflags" : "eflags", now_.rflags, before_.rflags, 8);
        line.at(17).put(fit(flags_words(now_.rflags), state_.width > 26 ? state_.width - 26 : 1));
        line.right(fmt::format("IOPL {}", rflags::iopl(now_.rflags)), state_.width - 1, Role::Dim);
        sheet_.rows.push_back(line.done());
    }

    void segments() {
        struct Ranked {
            seg::SegmentName name;
            u8 spare; // see sheets::Row
        };
        static constexpr std::array order{
            Ranked{seg::SegmentName::CS, 1}, Ranked{seg::SegmentName::SS, 1},
            Ranked{seg::SegmentName::DS, 2}, Ranked{seg::SegmentName::ES, 3},
            Ranked{seg::SegmentName::FS, 5}, Ranked{seg::SegmentName::GS, 6}};
        for (Ranked const& each : order) {
            segment(each.name, now_.segments[each.name], before_.segments[each.name], each.spare);
        }
    }

    void segment(seg::SegmentName name, seg::SegmentRegister const& reg,
                 seg::SegmentRegister const& old, u8 spare) {
        Line line = selector(seg::to_string(name), reg, old);
        // In 64-bit mode FS and GS have only a base, which no selector tells and SWAPGS changes
        // alone; DS, ES and SS may well be null (SDM volume 3, section 3.4.4).
        if (wide_ && (name == seg::SegmentName::FS || name == seg::SegmentName::GS)) {
            line.put("only its base");
            put_base(line, reg.base, 16, reg.base == old.base ? Role::Number : Role::Changed);
        } else if (wide_ && !reg.usable) {
            line.put("null: 64-bit code needs none", Role::Dim);
        } else {
            put_whole(line, reg);
        }
        sheet_.rows.push_back(line.spare(reg == old ? spare : 0));
    }

    // "*gs 002b  "; what the register holds is for the caller to put behind it.
    Line selector(std::string_view name, seg::SegmentRegister const& reg,
                  seg::SegmentRegister const& old) const {
        Line line;
        bool const changed = !(reg == old);
        line.put(changed ? "*" : " ", Role::Changed).put(name, Role::Dim).put(" ");
        line.put(hex(reg.selector.raw, 4), changed ? Role::Changed : Role::Number);
        line.tip(selector_words(reg.selector));
        line.at(narrow() ? 9 : 10);
        return line;
    }

    void put_whole(Line& line, seg::SegmentRegister const& reg) const {
        if (!reg.usable && now_.segments.protection) {
            line.put("null: cannot be used", Role::Dim);
            return;
        }
        std::string const what = now_.segments.protection ? short_words(reg.descriptor)
                                                          : std::string{"base = 16 * selector"};
        line.put(fit(what, narrow() ? 13 : 19));
        put_base(line, reg.base, 8);
        line.put(" limit ", Role::Dim).put(hex(reg.limit, 8), Role::Number);
    }

    void put_base(Line& line, u64 base, unsigned digits, Role role = Role::Number) const {
        bool const narrower = state_.width < 51; // all without blanks needs 51 columns
        line.at(narrow() ? 23 : 30).put(narrower ? "" : "base ", Role::Dim);
        line.put(hex(base, digits), role);
    }

    [[nodiscard]] bool narrow() const { return state_.width < 58; } // all needs 58 columns

    static std::string short_words(seg::SegmentDescriptor const& descriptor) {
        if (!descriptor.is_segment()) {
            std::string const words = descriptor_words(descriptor.raw);
            return words.substr(0, words.find(','));
        }
        std::string const kind = descriptor.is_code()    ? descriptor.long_mode()     ? "code 64"
                                                           : descriptor.default_big() ? "code 32"
                                                                                      : "code 16"
                                 : descriptor.writable() ? "data rw"
                                                         : "data r-";
        return fmt::format("{} DPL {}{}", kind, number(descriptor.dpl()),
                           descriptor.expand_down() ? " down" : "");
    }

    void tables() {
        Line task = selector("tr", now_.segments.tr, before_.segments.tr);
        put_whole(task, now_.segments.tr);
        sheet_.rows.push_back(task.spare(now_.segments.tr == before_.segments.tr ? 4 : 0));
        Line line;
        table(line, "gdtr", now_.segments.gdtr, before_.segments.gdtr);
        if (state_.width < 28 + line.column()) {
            sheet_.rows.push_back(std::exchange(line, Line{}).spare(7));
        } else {
            line.at(28);
        }
        table(line, "idtr", now_.segments.idtr, before_.segments.idtr);
        sheet_.rows.push_back(line.spare(7));
    }

    void table(Line& line, std::string_view name, seg::TableRegister const& reg,
               seg::TableRegister const& old) {
        value(line, name, reg.base, old.base, digits_);
        line.put(" limit ", Role::Dim).put(hex(reg.limit, 4), Role::Number);
    }

    void control() {
        Line line;
        value(line, "cr0", now_.cr0, before_.cr0, 8);
        line.at(14).put(control_words(now_.cr0)).at(28);
        value(line, "cr2", now_.cr2, before_.cr2, digits_);
        was(line, now_.cr2, before_.cr2);
        sheet_.rows.push_back(line.done());
        Line last;
        value(last, "cr4", now_.cr4, before_.cr4, 8);
        last.at(14).put(fit(control4_words(now_.cr4), 13)).at(28);
        value(last, "cr3", now_.cr3, before_.cr3, digits_);
        was(last, now_.cr3, before_.cr3);
        sheet_.rows.push_back(last.done());
    }

    // The value before, where there is room for it; it is in the tip, too.
    void was(Line& line, u64 value, u64 old) const {
        std::string const words = " was " + hex(old, digits_);
        if (value != old && line.column() + columns(words) <= state_.width) {
            line.put(words, Role::Dim);
        }
    }

    Cpu const& now_;
    Cpu const& before_;
    PanelState const& state_;
    bool wide_;
    unsigned digits_;
    Sheet sheet_;
};

} // namespace

Sheet cpu_sheet(View const& now, View const& before, PanelState const& state) {
    return CpuWriter{now, before, state}.write();
}

} // namespace ringside::sheets
