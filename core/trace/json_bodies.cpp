#include "core/trace/json_bodies.hpp"

#include "core/trace/names.hpp"
#include "core/trace/system_calls.hpp"

#include <span>

namespace ringside::trace {

namespace {

Json place_json(Place const& place) {
    Json json;
    json["cs"] = hex(place.cs);
    json["ip"] = hex(place.ip);
    json["ss"] = hex(place.ss);
    json["sp"] = hex(place.sp);
    json["cpl"] = place.cpl;
    return json;
}

Json checks_json(std::span<Check const> checks) {
    Json list = Json::array();
    for (Check const& check : checks) {
        Json item;
        item["rule"] = check.rule != nullptr ? check.rule->id : std::string_view{};
        item["ok"] = check.ok;
        list.push_back(std::move(item));
    }
    return list;
}

// A 64-bit gate has 16 bytes: the high 8 come first, as in any number.
std::string gate_text(Gate const& gate) {
    if (gate.gate_high == 0) {
        return hex(gate.gate);
    }
    std::string const low = hex(gate.gate).substr(2);
    return hex(gate.gate_high) + std::string(16 - low.size(), '0') + low;
}

Json steps_json(mmu::PageWalk const& walk) {
    Json list = Json::array();
    for (mmu::WalkStep const& step : walk.steps) {
        Json item;
        item["level"] = word(step.level);
        item["pa"] = hex(step.entry_address.value());
        item["entry"] = hex(step.entry);
        item["verdict"] = word(step.verdict);
        list.push_back(std::move(item));
    }
    return list;
}

} // namespace

void add_body(Json& line, SegLoad const& load) {
    seg::SegmentDescriptor const descriptor{load.descriptor};
    line["reg"] = register_name(load);
    line["sel"] = hex(load.selector);
    line["desc"] = hex(load.descriptor);
    line["base"] = hex(load.base);
    line["limit"] = hex(load.limit);
    line["type"] = hex(descriptor.type());
    line["dpl"] = hex(number(descriptor.dpl()));
    line["checks"] = checks_json(load.checks);
    if (load.vec) {
        line["vec"] = *load.vec;
        line["err"] = load.err;
    }
}

void add_body(Json& line, SegFault const& fault) {
    line["reg"] = seg::to_string(fault.reg);
    line["off"] = hex(fault.offset);
    line["size"] = hex(fault.size);
    line["acc"] = std::string(1, fault.acc);
    line["rule"] = fault.rule != nullptr ? fault.rule->id : std::string_view{};
    line["vec"] = fault.vec;
    line["err"] = fault.err;
}

void add_body(Json& line, Gate const& gate) {
    line["vec"] = gate.vec;
    line["source"] = word(gate.source);
    line["gate"] = gate_text(gate);
    line["from"] = place_json(gate.from);
    line["to"] = place_json(gate.to);
    line["pushed"] = Json::array();
    for (u64 const value : gate.pushed) {
        line["pushed"].push_back(hex(value));
    }
    line["checks"] = checks_json(gate.checks);
    line["stack_switched"] = gate.stack_switched;
}

void add_body(Json& line, Transfer const& transfer) {
    line["from"] = place_json(transfer.from);
    line["to"] = place_json(transfer.to);
    if (!transfer.checks.empty()) {
        line["checks"] = checks_json(transfer.checks);
    }
}

void add_body(Json& line, TaskSwitch const& task) {
    line["cause"] = word(task.cause);
    line["from"] = hex(task.from);
    line["to"] = hex(task.to);
    line["tss16"] = task.tss16;
    line["checks"] = checks_json(task.checks);
}

void add_body(Json& line, Walk const& body) {
    mmu::PageWalk const& walk = *body.walk;
    line["lin"] = hex(walk.access.address.value());
    line["acc"] = std::string(1, letter(walk.access.type));
    line["user"] = walk.access.user;
    line["implicit"] = walk.access.implicit;
    line["mode"] = word(walk.mode);
    line["steps"] = steps_json(walk);
    line["updates"] = Json::array();
    for (mmu::EntryUpdate const& update : walk.updates) {
        line["updates"].push_back(Json::array(
            {hex(update.entry_address.value()), hex(update.before), hex(update.after)}));
    }
    if (walk.outcome) {
        line["pa"] = hex(walk.outcome.value().address.value());
        line["size"] = hex(walk.outcome.value().page_size);
    } else {
        line["pf"] = walk.outcome.error().error_code;
    }
}

void add_body(Json& line, TlbChange const& change) {
    line["op"] = word(change.op);
    line["lin"] = hex(change.lin);
    line["count"] = change.count;
}

void add_body(Json& line, PageFault const& fault) {
    line["cr2"] = hex(fault.cr2);
    line["err"] = fault.err;
}

void add_body(Json& line, Exception const& exception) {
    line["vec"] = exception.vec;
    line["err"] = exception.err;
    if (exception.rule != nullptr) {
        line["rule"] = exception.rule->id;
    }
}

void add_body(Json& line, CrWrite const& write) {
    line["cr"] = write.cr;
    line["old"] = hex(write.old_value);
    line["new"] = hex(write.new_value);
}

void add_body(Json& line, MsrWrite const& write) {
    line["msr"] = hex(write.msr);
    line["old"] = hex(write.old_value);
    line["new"] = hex(write.new_value);
}

void add_body(Json& line, DebugHit const& hit) {
    line["dr6"] = hex(hit.dr6);
    line["slot"] = hit.slot;
    line["lin"] = hex(hit.lin);
}

void add_body(Json& line, Syscall const& call) {
    line["nr"] = call.nr;
    line["name"] = call.name;
    line["args"] = Json::array();
    for (std::size_t i = 0; i < argument_count(call); ++i) {
        line["args"].push_back(hex(call.args[i]));
    }
}

void add_body(Json& line, SyscallRet const& call) {
    line["nr"] = call.nr;
    line["name"] = call.name;
    line["ret"] = call.ret;
}

void add_body(Json& line, AccessOk const& check) {
    line["ptr"] = hex(check.ptr);
    line["n"] = check.n;
    line["limit"] = hex(check.limit);
    line["ok"] = check.ok;
}

void add_body(Json& line, Copy const& copy) {
    line["dir"] = copy_word(copy.dir);
    line["user"] = hex(copy.user);
    line["kernel"] = hex(copy.kernel);
    line["n"] = copy.n;
    line["left"] = copy.left;
    line["head"] = hex_bytes(copy.head);
}

void add_body(Json& line, Softwalk const& walk) {
    line["lin"] = hex(walk.lin);
    line["write"] = walk.write;
    line["ok"] = walk.ok;
    line["steps"] = Json::array();
    for (SoftwalkStep const& step : walk.steps) {
        Json item;
        item["level"] = word(step.level);
        item["pa"] = hex(step.pa);
        item["entry"] = hex(step.entry);
        line["steps"].push_back(std::move(item));
    }
}

void add_body(Json& line, Kmap const& map) {
    line["slot"] = map.slot;
    line["lin"] = hex(map.lin);
    line["pa"] = hex(map.pa);
}

void add_body(Json& line, Fixup const& fixup) {
    line["from"] = hex(fixup.from);
    line["to"] = hex(fixup.to);
}

void add_body(Json& line, FaultIn const& fault) {
    line["how"] = fault_in_word(fault.how);
    line["lin"] = hex(fault.lin);
    line["pa"] = hex(fault.pa);
    line["major"] = fault.major;
}

void add_body(Json& line, SwapOut const& out) {
    line["lin"] = hex(out.lin);
    line["pa"] = hex(out.pa);
    line["slot"] = out.slot;
}

void add_body(Json& line, Vma const& vma) {
    line["op"] = vma_word(vma.op);
    line["start"] = hex(vma.start);
    line["end"] = hex(vma.end);
    line["prot"] = hex(vma.prot);
    line["flags"] = hex(vma.flags);
    line["file"] = vma.file;
    line["pgoff"] = hex(vma.pgoff);
}

void add_body(Json& line, PageRef const& ref) {
    line["pa"] = hex(ref.pa);
    line["before"] = hex_signed(ref.before);
    line["after"] = hex_signed(ref.after);
}

void add_body(Json& line, Signal const& signal) {
    line["nr"] = signal.nr;
    line["code"] = hex_signed(signal.code);
    line["addr"] = hex(signal.addr);
}

void add_body(Json& line, Sched const& sched) {
    line["from"] = hex(sched.from);
    line["to"] = hex(sched.to);
}

void add_body(Json& line, Irq const& irq) {
    line["line"] = irq.line;
}

void add_body(Json& line, Dma const& dma) {
    line["pa"] = hex(dma.pa);
    line["n"] = dma.n;
}

void add_body(Json& line, Text const& text) {
    line["text"] = text.text;
}

void add_body(Json& line, Lint const& lint) {
    line["rule"] = lint.rule;
    line["text"] = lint.text;
}

void add_body(Json& line, Process const& process) {
    line["op"] = process.gone ? "gone" : "born";
    line["process"] = hex(process.pid); // `pid` is the common field
    line["name"] = process.name;
    line["parent"] = hex(process.parent);
}

void add_body(Json& line, Shutdown const& shutdown) {
    line["text"] = shutdown.text;
}

} // namespace ringside::trace
