#include "core/host_error.hpp"
#include "core/vectors/vector_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace ringside::vectors {

namespace {

using nlohmann::json;

// Reads the members of one JSON object; every refusal names the line and the member.
class Reader {
public:
    Reader(json const& object, std::string const& where, std::string path)
        : object_{object}
        , where_{where}
        , path_{std::move(path)} {
        if (!object.is_object()) {
            refuse("is not an object");
        }
    }

    [[noreturn]] void refuse(std::string const& why) const {
        throw HostError{where_ + ": " + path_ + " " + why};
    }

    [[nodiscard]] bool has(char const* name) const { return object_.contains(name); }

    [[nodiscard]] json const& member(char const* name) const {
        auto const found = object_.find(name);
        if (found == object_.end()) {
            refuse(std::string{"has no \""} + name + "\"");
        }
        return *found;
    }

    [[nodiscard]] std::string text(char const* name) const {
        json const& found = member(name);
        if (!found.is_string()) {
            refuse_member(name, "is not a string");
        }
        return found.get<std::string>();
    }

    [[nodiscard]] bool truth(char const* name) const {
        json const& found = member(name);
        if (!found.is_boolean()) {
            refuse_member(name, "is not true or false");
        }
        return found.get<bool>();
    }

    template <class Number>
    [[nodiscard]] Number decimal(char const* name) const {
        json const& found = member(name);
        if (!found.is_number_unsigned()) {
            refuse_member(name, "is not a decimal number");
        }
        return narrow<Number>(found.get<u64>(), name);
    }

    template <class Number>
    [[nodiscard]] Number hex(char const* name) const {
        return narrow<Number>(hex_value(member(name), name), name);
    }

    template <class Number>
    [[nodiscard]] std::optional<Number> maybe_hex(char const* name) const {
        return has(name) ? std::optional{hex<Number>(name)} : std::nullopt;
    }

    [[nodiscard]] u64 hex_value(json const& item, char const* name) const {
        if (!item.is_string()) {
            refuse_member(name, "is not a hex string");
        }
        auto const& digits = item.get_ref<std::string const&>();
        u64 value = 0;
        char const* const end = digits.data() + digits.size();
        bool const prefixed = digits.size() > 2 && digits.starts_with("0x");
        auto const [stop, error] =
            std::from_chars(digits.data() + (prefixed ? 2 : 0), end, value, 16);
        if (!prefixed || error != std::errc{} || stop != end) {
            refuse_member(name, "is not a hex string of at most 64 bits");
        }
        return value;
    }

    [[noreturn]] void refuse_member(char const* name, std::string const& why) const {
        throw HostError{where_ + ": " + path_ + "." + name + " " + why};
    }

private:
    template <class Number>
    [[nodiscard]] Number narrow(u64 value, char const* name) const {
        if (value > std::numeric_limits<Number>::max()) {
            refuse_member(name, "is too large");
        }
        return static_cast<Number>(value);
    }

    json const& object_;
    std::string const& where_;
    std::string path_;
};

// [[role, address, word]..], or [[address, word]..] without roles.
std::vector<MemoryWord> words(Reader const& from, char const* name, bool with_role) {
    json const& list = from.member(name);
    if (!list.is_array()) {
        from.refuse_member(name, "is not a list");
    }
    std::vector<MemoryWord> read;
    std::size_t const first = with_role ? 1 : 0;
    for (json const& item : list) {
        if (!item.is_array() || item.size() != first + 2 ||
            (with_role && !item.front().is_string())) {
            from.refuse_member(name, with_role ? "has an item that is not [role, address, word]"
                                               : "has an item that is not [address, word]");
        }
        read.push_back({.address = PhysicalAddress{from.hex_value(item[first], name)},
                        .value = from.hex_value(item[first + 1], name),
                        .role = with_role ? item.front().get<std::string>() : std::string{}});
    }
    return read;
}

std::vector<u8> code_bytes(Reader const& from) {
    std::string const digits = from.text("code");
    std::vector<u8> bytes;
    for (std::size_t place = 0; place + 1 < digits.size(); place += 2) {
        char const* const pair = digits.data() + place;
        u8 value = 0;
        if (std::from_chars(pair, pair + 2, value, 16).ptr != pair + 2) {
            from.refuse_member("code", "is not hex digits");
        }
        bytes.push_back(value);
    }
    if (bytes.empty() || digits.size() % 2 != 0) {
        from.refuse_member("code", "is not a list of bytes");
    }
    return bytes;
}

std::optional<DescriptorTableRegister> ldt(Reader const& from) {
    if (!from.has("ldt")) {
        return std::nullopt;
    }
    json const& pair = from.member("ldt");
    if (!pair.is_array() || pair.size() != 2) {
        from.refuse_member("ldt", "is not [base, limit]");
    }
    u64 const limit = from.hex_value(pair[1], "ldt");
    if (limit > std::numeric_limits<u32>::max()) {
        from.refuse_member("ldt", "has too large a limit");
    }
    return DescriptorTableRegister{from.hex_value(pair[0], "ldt"), static_cast<u32>(limit)};
}

Outcome outcome(Reader const& from) {
    Outcome out;
    out.ok = from.truth("ok");
    out.hit = from.maybe_hex<u64>("hit");
    if (!out.ok) {
        out.phase = from.decimal<u8>("phase");
        out.vector = from.decimal<u8>("vec");
        out.error_code = from.hex<u32>("err");
        out.ip = from.hex<u64>("ip");
        out.cs = from.hex<u16>("cs");
    }
    constexpr u8 page_fault = 14;
    if (out.vector == page_fault) {
        out.cr2 = from.hex<u64>("cr2");
    }
    out.flags = from.maybe_hex<u64>("fl");
    out.sp = from.maybe_hex<u64>("sp");
    out.ss = from.maybe_hex<u64>("ss");
    out.lar = from.maybe_hex<u64>("lar");
    out.lsl = from.maybe_hex<u64>("lsl");
    if (from.has("verr")) {
        out.verr = from.decimal<u8>("verr") != 0;
    }
    if (from.has("verw")) {
        out.verw = from.decimal<u8>("verw") != 0;
    }
    out.after = words(from, "after", false);
    return out;
}

bool one_of(std::string_view wanted, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, wanted) != names.end();
}

// What only one family of kinds has, and the values that its replay knows how to run.
void read_kind(Reader const& from, VectorCase& read) {
    if (one_of(read.kind, {"p32", "pae", "p64"})) {
        if (!one_of(read.acc, {"r", "w", "m", "x", "il", "iw"})) {
            from.refuse_member("acc", "is not an access of kind " + read.kind);
        }
        read.linear = from.hex<u64>("lin");
        read.maxphyaddr = from.decimal<u8>("maxphys");
        if (*read.maxphyaddr < 32 || *read.maxphyaddr > 52) {
            from.refuse_member("maxphys", "is not from 32 to 52");
        }
    } else if (one_of(read.kind, {"seg", "segu"})) {
        if (!one_of(read.acc, {"r1", "r2", "r4", "w1", "w2", "w4", "load"})) {
            from.refuse_member("acc", "is not an access of kind " + read.kind);
        }
        read.segment_register = from.text("seg");
        if (!one_of(read.segment_register, {"ES", "CS", "SS", "DS", "FS", "GS"})) {
            from.refuse_member("seg", "is not a segment register");
        }
        read.selector = from.hex<u16>("sel");
        read.offset = from.hex<u64>("off");
    } else if (read.kind == "xfer") {
        if (!one_of(read.acc, {"jmpf", "callf", "retf", "iret"})) {
            from.refuse_member("acc", "is not an access of kind " + read.kind);
        }
    } else {
        from.refuse_member("kind", "is not one of p32 pae p64 seg segu xfer");
    }
}

} // namespace

VectorCase parse_case(std::string const& line, std::string const& where) {
    json const object = json::parse(line, nullptr, false);
    if (object.is_discarded()) {
        throw HostError{where + ": not JSON"};
    }
    Reader const from{object, where, "the case"};
    VectorCase read;
    read.where = where;
    read.index = from.decimal<u64>("i");
    read.kind = from.text("kind");
    read.acc = from.text("acc");
    read_kind(from, read);
    read.cpl = from.decimal<u8>("cpl");
    if (read.cpl > 3) {
        from.refuse_member("cpl", "is not from 0 to 3");
    }
    read.cr0 = from.hex<u64>("cr0");
    read.cr3 = from.hex<u64>("cr3");
    read.cr4 = from.hex<u64>("cr4");
    read.efer = from.hex<u64>("efer");
    read.eflags = from.hex<u64>("efl");
    read.rdi = from.hex<u64>("rdi");
    read.rbx = from.hex<u64>("rbx");
    read.gdt_limit = from.hex<u32>("gdtlim");
    read.ldt = ldt(from);
    read.code = code_bytes(from);
    read.memory = words(from, "mem", true);
    read.out = outcome(Reader{from.member("out"), where, "the case.out"});
    return read;
}

} // namespace ringside::vectors
