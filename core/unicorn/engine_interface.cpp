// What the machine calls: the engine's interface, and when a new core takes over from the old one.
#include "core/unicorn/engine.hpp"

namespace ringside {

Engine::Engine(Ram& ram)
    : ram_{ram}
    , self_{std::make_unique<Implementation>(ram)} {}
Engine::~Engine() = default;
void Engine::renew() {
    self_ = std::make_unique<Implementation>(ram_, *self_);
}
void Engine::load(Cpu const& cpu, Guards guards) {
    if (self_->mappings().is_worn_out()) {
        renew();
    }
    self_->load(cpu, guards);
}
void Engine::store(Cpu& cpu) const {
    self_->store(cpu);
}
EngineExit Engine::run(u64 budget, MissHandler& handler) {
    EngineExit const exit = to_its_end(self_->run(budget, handler), handler);
    if (exit.kind == ExitKind::Untranslatable) {
        renew();
    }
    return exit;
}
EngineExit Engine::step(MissHandler& handler) {
    return to_its_end(self_->step(handler), handler);
}
EngineExit Engine::to_its_end(std::optional<EngineExit> exit, MissHandler& handler) {
    while (!exit) {
        renew();
        exit = self_->go_on(handler);
    }
    return *exit;
}
u64 Engine::retired() const {
    return self_->retired();
}
bool Engine::is_inside_repeat() const {
    return self_->is_inside_repeat();
}
void Engine::grant(PrivilegeClass who, LinearAddress page, PhysicalAddress frame,
                   mmu::AccessType access) {
    self_->grant(who, page, frame, access);
}
void Engine::grant_write_beside_code(PrivilegeClass who, LinearAddress page,
                                     PhysicalAddress frame) {
    self_->grant_write_beside_code(who, page, frame);
}
bool Engine::is_granted(PrivilegeClass who, LinearAddress page, mmu::AccessType access) const {
    return self_->mappings().is_granted(who, page, access);
}
void Engine::drop(LinearAddress start, u64 size) {
    self_->mappings().drop(start, size);
}
void Engine::drop_all() {
    self_->mappings().drop_all();
}
void Engine::drop_frame(PhysicalAddress frame) {
    self_->mappings().drop_frame(frame);
}
std::vector<u64> Engine::writable_frames() const {
    return self_->mappings().writable_frames();
}
std::vector<u8> Engine::save_core() const {
    return self_->save_core();
}
void Engine::restore_core(std::span<u8 const> saved) {
    self_->restore_core(saved);
}
std::vector<u8> Engine::floating_point_state() const {
    return self_->floating_point_state();
}

std::string describe_engine() {
    return unicorn::Layout::calibrated().describe();
}

} // namespace ringside
