// Reads symbol table and DWARF line tables (versions 2 to 5) with elfutils' libdw.
#include "core/symbols/symbols.hpp"

#include <algorithm>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <map>
#include <memory>
#include <unistd.h>

namespace ringside {

namespace {

class File {
public:
    explicit File(std::filesystem::path const& path)
        : descriptor_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {}
    File(File const&) = delete;
    File(File&&) = delete;
    File& operator=(File const&) = delete;
    File& operator=(File&&) = delete;
    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

struct ElfEnd {
    void operator()(Elf* elf) const { elf_end(elf); }
};
struct DwarfEnd {
    void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
};

} // namespace

class SymbolReader {
public:
    explicit SymbolReader(Symbols& to)
        : to_{to} {}

    void read(std::filesystem::path const& path) {
        File const file{path};
        if (file.descriptor() < 0) {
            to_.problem_ = "cannot open " + path.string();
            return;
        }
        elf_version(EV_CURRENT);
        std::unique_ptr<Elf, ElfEnd> const elf{elf_begin(file.descriptor(), ELF_C_READ, nullptr)};
        GElf_Ehdr header{};
        if (!elf || elf_kind(elf.get()) != ELF_K_ELF ||
            gelf_getehdr(elf.get(), &header) == nullptr) {
            to_.problem_ = path.string() + " is not an ELF file";
            return;
        }
        to_.is_64_bit_ = header.e_ident[EI_CLASS] == ELFCLASS64;
        to_.entry_ = header.e_entry;
        read_symbols(elf.get());
        read_lines(elf.get());
        add_segment_base();
        sort();
    }

private:
    void read_symbols(Elf* elf) {
        for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
             section = elf_nextscn(elf, section)) {
            GElf_Shdr header{};
            if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB ||
                header.sh_entsize == 0) {
                continue;
            }
            Elf_Data* const data = elf_getdata(section, nullptr);
            u64 const count = data == nullptr ? 0 : data->d_size / header.sh_entsize;
            for (u64 index = 0; index < count; ++index) {
                add_symbol(elf, header, data, static_cast<int>(index));
            }
        }
    }

    void add_symbol(Elf* elf, GElf_Shdr const& header, Elf_Data* data, int index) {
        GElf_Sym symbol{};
        if (gelf_getsym(data, index, &symbol) == nullptr) {
            return;
        }
        char const* const name = elf_strptr(elf, header.sh_link, symbol.st_name);
        auto const type = GELF_ST_TYPE(symbol.st_info);
        if (name != nullptr && symbol.st_shndx == SHN_ABS &&
            std::string_view{name} == "KERNEL_SEGMENT_BASE") {
            segment_base_ = symbol.st_value;
        }
        if (name == nullptr || *name == '\0' || type == STT_FILE || type == STT_SECTION ||
            symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) {
            return; // absolute ones are the linker script's numbers, not places
        }
        to_.symbols_.push_back({symbol.st_value, symbol.st_size, section_end(elf, symbol.st_shndx),
                                name, type == STT_FUNC});
    }

    static u64 section_end(Elf* elf, u16 index) {
        GElf_Shdr section{};
        bool const known = gelf_getshdr(elf_getscn(elf, index), &section) != nullptr;
        return known ? section.sh_addr + section.sh_size : 0;
    }

    void read_lines(Elf* elf) {
        std::unique_ptr<Dwarf, DwarfEnd> const dwarf{dwarf_begin_elf(elf, DWARF_C_READ, nullptr)};
        if (!dwarf) {
            to_.problem_ = "no debugging information";
            return;
        }
        Dwarf_Off offset = 0;
        Dwarf_Off next = 0;
        std::size_t header_size = 0;
        while (dwarf_nextcu(dwarf.get(), offset, &next, &header_size, nullptr, nullptr, nullptr) ==
                   0 &&
               next > offset) {
            Dwarf_Die unit;
            if (dwarf_offdie(dwarf.get(), offset + header_size, &unit) != nullptr) {
                read_unit(&unit);
            }
            offset = next;
        }
    }

    void read_unit(Dwarf_Die* unit) {
        Dwarf_Lines* lines = nullptr;
        std::size_t count = 0;
        if (dwarf_getsrclines(unit, &lines, &count) == 0) {
            for (std::size_t index = 0; index < count; ++index) {
                add_line(dwarf_onesrcline(lines, index));
            }
        }
        read_structures(unit);
    }

    // The structures that a unit defines at its top, with the offset of each member.
    void read_structures(Dwarf_Die* unit) {
        Dwarf_Die child;
        for (int more = dwarf_child(unit, &child); more == 0;
             more = dwarf_siblingof(&child, &child)) {
            char const* const name = dwarf_diename(&child);
            if (dwarf_tag(&child) != DW_TAG_structure_type || name == nullptr ||
                to_.structures_.contains(name)) {
                continue;
            }
            std::vector<Member> members = members_of(child);
            if (!members.empty()) {
                to_.structures_.emplace(name, std::move(members));
            }
        }
    }

    static std::vector<Member> members_of(Dwarf_Die& structure) {
        std::vector<Member> members;
        Dwarf_Die member;
        for (int more = dwarf_child(&structure, &member); more == 0;
             more = dwarf_siblingof(&member, &member)) {
            Dwarf_Attribute attribute;
            Dwarf_Word offset = 0;
            char const* const name = dwarf_diename(&member);
            if (dwarf_tag(&member) == DW_TAG_member && name != nullptr &&
                dwarf_attr(&member, DW_AT_data_member_location, &attribute) != nullptr &&
                dwarf_formudata(&attribute, &offset) == 0) {
                members.push_back({name, offset});
            }
        }
        return members;
    }

    void add_line(Dwarf_Line* line) {
        Dwarf_Addr address = 0;
        int number = 0;
        bool statement = false;
        bool end = false;
        if (line == nullptr || dwarf_lineaddr(line, &address) != 0) {
            return;
        }
        dwarf_lineno(line, &number);
        dwarf_linebeginstatement(line, &statement);
        dwarf_lineendsequence(line, &end);
        char const* const source = dwarf_linesrc(line, nullptr, nullptr);
        auto const [file, fresh] = file_numbers_.try_emplace(source == nullptr ? "?" : source,
                                                             static_cast<u32>(to_.files_.size()));
        if (fresh) {
            to_.files_.push_back(file->first);
        }
        if (number < 0 || (number == 0 && !end)) {
            return; // line 0: code that belongs to no line; it stays with the line before it
        }
        to_.lines_.push_back({address, file->second, static_cast<u32>(number), statement, end});
    }

    // From offsets in the image's own segments to linear addresses.
    void add_segment_base() {
        auto const move = [&](u64& address) {
            address = (address + segment_base_) & (to_.is_64_bit_ ? ~u64{0} : 0xffffffff);
        };
        for (Symbol& symbol : to_.symbols_) {
            move(symbol.address);
            move(symbol.section_end);
        }
        for (LineRow& row : to_.lines_) {
            move(row.address);
        }
    }

    void sort() {
        std::stable_sort(
            to_.symbols_.begin(), to_.symbols_.end(), [](Symbol const& a, Symbol const& b) {
                return a.address != b.address ? a.address < b.address : !a.function && b.function;
            });
        // The end of one sequence may be the start of the next: the end goes first.
        std::stable_sort(
            to_.lines_.begin(), to_.lines_.end(), [](LineRow const& a, LineRow const& b) {
                return a.address != b.address ? a.address < b.address : a.end && !b.end;
            });
    }

    Symbols& to_;
    u64 segment_base_ = 0;
    std::map<std::string, u32> file_numbers_;
};

Symbols Symbols::read(std::filesystem::path const& elf) {
    Symbols symbols;
    SymbolReader{symbols}.read(elf);
    return symbols;
}

} // namespace ringside
