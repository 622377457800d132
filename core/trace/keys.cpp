#include "core/trace/keys.hpp"

#include "core/trace/outline.hpp"

namespace ringside::trace {

std::string UniqueKeys::take(std::string const& key) {
    u32 const times = ++used_[key];
    return times == 1 ? key : key + "#" + std::to_string(times);
}

bool is_under(std::string_view key, std::string_view part) {
    return key.starts_with(part) && (key.size() == part.size() || key[part.size()] == '/');
}

std::string_view parent_of(std::string_view key) {
    auto const slash = key.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : key.substr(0, slash);
}

std::string_view scene_of(std::string_view key) {
    return key.substr(0, key.find('/'));
}

u64 find_key(Outline const& outline, std::string_view key) {
    for (u64 i = 0; i < outline.keys.size(); ++i) {
        if (is_under(outline.keys[i], key)) {
            return i;
        }
    }
    return Scene::none;
}

u64 find_counterpart(Outline const& outline, std::string_view key) {
    if (auto const same = outline.events_by_key.find(std::string{key});
        same != outline.events_by_key.end()) {
        return same->second;
    }
    for (std::string_view part = key; !part.empty(); part = parent_of(part)) {
        if (u64 const found = find_key(outline, part); found != Scene::none) {
            return found;
        }
    }
    return 0;
}

} // namespace ringside::trace
