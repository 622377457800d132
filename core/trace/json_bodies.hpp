#pragma once
// The kinds' own fields. Included where JSON is written only: it brings the JSON library.
#include "core/trace/event.hpp"

#include <nlohmann/json.hpp>

namespace ringside::trace {

using Json = nlohmann::ordered_json;

void add_body(Json& line, SegLoad const& load);
void add_body(Json& line, SegFault const& fault);
void add_body(Json& line, Gate const& gate);
void add_body(Json& line, Transfer const& transfer);
void add_body(Json& line, TaskSwitch const& task);
void add_body(Json& line, Walk const& body);
void add_body(Json& line, TlbChange const& change);
void add_body(Json& line, PageFault const& fault);
void add_body(Json& line, Exception const& exception);
void add_body(Json& line, CrWrite const& write);
void add_body(Json& line, MsrWrite const& write);
void add_body(Json& line, DebugHit const& hit);
void add_body(Json& line, Syscall const& call);
void add_body(Json& line, SyscallRet const& call);
void add_body(Json& line, AccessOk const& check);
void add_body(Json& line, Copy const& copy);
void add_body(Json& line, Softwalk const& walk);
void add_body(Json& line, Kmap const& map);
void add_body(Json& line, Fixup const& fixup);
void add_body(Json& line, FaultIn const& fault);
void add_body(Json& line, SwapOut const& out);
void add_body(Json& line, Vma const& vma);
void add_body(Json& line, PageRef const& ref);
void add_body(Json& line, Signal const& signal);
void add_body(Json& line, Sched const& sched);
void add_body(Json& line, Irq const& irq);
void add_body(Json& line, Dma const& dma);
void add_body(Json& line, Text const& text);
void add_body(Json& line, Lint const& lint);
void add_body(Json& line, Process const& process);
void add_body(Json& line, Shutdown const& shutdown);

} // namespace ringside::trace
