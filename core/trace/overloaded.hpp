#pragma once
// One lambda per alternative of a variant, for std::visit.
namespace ringside::trace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

} // namespace ringside::trace
