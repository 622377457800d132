#include "core/trace/outline.hpp"

#include "core/trace/as.hpp"
#include "core/trace/key_writer.hpp"

namespace ringside::trace {

namespace {

std::string call_part(Syscall const& call) {
    return call.name.empty() ? "nr" + std::to_string(call.nr) : call.name;
}

} // namespace

Outline make_outline(std::vector<Event> const& events) {
    return KeyWriter{events}.write();
}

std::string KeyWriter::pid_part(u32 pid) const {
    return pid <= 1 ? std::string{} : "pid" + std::to_string(pid) + "/";
}

u64 KeyWriter::open_scene(SceneKind kind, std::string key, u64 index) {
    Scene scene;
    scene.kind = kind;
    scene.key = std::move(key);
    scene.pid = events_[index].pid;
    scene.first = index;
    scene.last = index;
    outline_.scenes.push_back(std::move(scene));
    return outline_.scenes.size() - 1;
}

KeyWriter::Process& KeyWriter::process_of(u64 index) {
    u32 const pid = events_[index].pid;
    Process& process = processes_[pid];
    if (process.frames.empty()) {
        bool const boot = pid <= 1;
        Frame frame;
        frame.kind = boot ? SceneKind::Boot : SceneKind::Start;
        frame.key = boot ? "boot" : pid_part(pid) + "start";
        // Process 1 is born in the boot, which process 0 began.
        frame.scene = boot && !outline_.scenes.empty() ? 0 : Scene::none;
        process.frames.push_back(std::move(frame));
    }
    return process;
}

u64 KeyWriter::scene_at(Process& process, u64 index) {
    Frame& frame = process.frames.back();
    if (frame.scene == Scene::none) {
        frame.scene = open_scene(frame.kind, frame.key, index);
    }
    return frame.scene;
}

void KeyWriter::begin_delivery(Process& process, u64 index, u64 gate) {
    Event const& event = events_[gate];
    auto const* through = as<Gate>(event);
    u32 const pid = event.pid;
    Frame frame;
    frame.phase = Phase::Entry;
    frame.begin = index;
    frame.gate = gate;
    frame.entry_ip = through != nullptr ? through->to.ip : std::get<Transfer>(event.body).to.ip;
    if (is_call_entry(event)) {
        frame.kind = SceneKind::Call;
        std::string const scene = pid_part(pid) + "sys" + std::to_string(++process.calls);
        u64 const call = call_of_entry(events_, gate);
        frame.key = call == no_event ? scene : scene + "/" + call_part(*as<Syscall>(events_[call]));
        frame.scene = open_scene(frame.kind, scene, index);
    } else if (through->source == GateSource::Irq) {
        frame.kind = SceneKind::Irq;
        frame.key = keys_.take("irq" + std::to_string(++irqs_));
        frame.scene = open_scene(frame.kind, frame.key, index);
    } else if (through->from.cpl == 3) {
        frame.kind = SceneKind::Fault;
        frame.key = keys_.take("fault" + std::to_string(++faults_));
        frame.scene = open_scene(frame.kind, frame.key, index);
    } else {
        frame.kind = SceneKind::Fault;
        frame.nested = true;
        CopyState* const copy = copy_at(process, index);
        std::string const context = copy != nullptr
                                        ? copy_key(*copy, events_[index])
                                        : frame_key(process.frames.back(), events_[index]);
        frame.key = keys_.take(context + "/fault");
        frame.scene = scene_at(process, index);
    }
    if (!frame.nested) {
        outline_.scenes[frame.scene].enter = gate;
    }
    process.frames.push_back(std::move(frame));
}

void KeyWriter::begin_event(u64 index) {
    Process& process = process_of(index);
    if (u64 const span = ahead_.copy_begin[index]; span != no_event) {
        Frame const& frame = process.frames.back();
        process.copies.push_back({.span = span, .key = keys_.take(frame.key + "/copy")});
    }
    bool const returns = ahead_.way_out[index] != no_event || as<SyscallRet>(events_[index]);
    if (Frame& frame = process.frames.back();
        returns && frame.kind != SceneKind::User && !frame.nested) {
        frame.phase = Phase::Exit;
    }
    if (u64 const gate = ahead_.delivery[index]; gate != no_event) {
        begin_delivery(process, index, gate);
    }
}

void KeyWriter::end_transfer(Process& process, u64 index, Transfer const& transfer) {
    if (is_user_return(events_[index])) {
        Frame const& outermost = process.frames.size() > 1 ? process.frames[1] : process.frames[0];
        if (outermost.scene != Scene::none) {
            outline_.scenes[outermost.scene].leave = index;
        }
        bool const began = outermost.kind == SceneKind::Boot || outermost.kind == SceneKind::Start;
        std::string const part{began ? "" : outline_.scenes[outermost.scene].key};
        process.after = part.substr(part.rfind('/') + 1);
        process.copies.clear();
        Frame user;
        user.kind = SceneKind::User;
        user.key = pid_part(events_[index].pid) + "user" +
                   (process.after.empty() ? std::string{} : "/after-" + process.after);
        process.frames.assign(1, user);
        return;
    }
    bool const leaves_interruption =
        transfer.kind == TransferKind::Iret && process.frames.size() > 1 &&
        (process.frames.back().nested || process.frames.back().kind == SceneKind::Irq);
    if (leaves_interruption) {
        u64 const begin = process.frames.back().begin;
        std::erase_if(process.copies, [&](CopyState const& copy) {
            return ahead_.copies[copy.span].first > begin;
        });
        process.frames.pop_back();
    }
}

void KeyWriter::end_event(u64 index) {
    Process& process = process_of(index);
    Frame& frame = process.frames.back();
    Event const& event = events_[index];
    if (index == frame.gate && frame.kind != SceneKind::Call) {
        frame.phase = Phase::Inside;
        frame.early = true;
    } else if (as<Syscall>(event) && frame.kind == SceneKind::Call) {
        frame.phase = Phase::Inside;
        frame.early = true;
        outline_.scenes[frame.scene].call = index;
    } else if (as<SyscallRet>(event) && frame.kind == SceneKind::Call) {
        outline_.scenes[frame.scene].result = index;
    } else if (auto const* look_up = as<Softwalk>(event)) {
        if (CopyState* const copy = copy_at(process, index); copy != nullptr) {
            copy->soft_fault = !look_up->ok;
        }
    } else if (as<Copy>(event)) {
        if (copy_at(process, index) != nullptr) {
            process.copies.pop_back();
        }
    } else if (auto const* transfer = as<Transfer>(event)) {
        end_transfer(process, index, *transfer);
    }
}

Outline KeyWriter::write() {
    outline_.keys.resize(events_.size());
    outline_.scene_of.resize(events_.size());
    outline_.depth.resize(events_.size());
    for (u64 i = 0; i < events_.size(); ++i) {
        begin_event(i);
        name_event(i);
        Process& process = process_of(i);
        u64 const scene = scene_at(process, i);
        std::size_t depth = copy_at(process, i) != nullptr ? 2 : 1;
        for (Frame const& frame : process.frames) {
            depth += frame.nested ? 1U : 0U;
        }
        outline_.scenes[scene].last = i;
        outline_.scene_of[i] = static_cast<u32>(scene);
        outline_.depth[i] = static_cast<u8>(depth);
        outline_.events_by_key.emplace(outline_.keys[i], i);
        end_event(i);
    }
    return std::move(outline_);
}

} // namespace ringside::trace
