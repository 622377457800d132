#include "core/trace/json.hpp"

#include "core/trace/json_bodies.hpp"
#include "core/trace/names.hpp"

namespace ringside::trace {

std::string json_line(std::size_t index, std::string_view key, Event const& event) {
    Json line;
    line["i"] = index;
    line["key"] = key;
    line["kind"] = kind_name(event);
    line["insn"] = event.insn;
    line["cpl"] = event.cpl;
    line["cs"] = hex(event.cs);
    line["ip"] = hex(event.ip);
    line["cr3"] = hex(event.cr3);
    line["pid"] = event.pid;
    std::visit([&line](auto const& body) { add_body(line, body); }, event.body);
    constexpr int on_one_line = -1;
    return line.dump(on_one_line, ' ', false, Json::error_handler_t::replace);
}

} // namespace ringside::trace
