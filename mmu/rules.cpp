#include "mmu/rules.hpp"

#include <array>

namespace ringside::mmu {

std::span<Rule const* const> mmu_rules() {
    using namespace rules;
    static constexpr std::array<Rule const*, 22> all{&p32_pde_4m_reserved,
                                                     &pae_pdpte_reserved,
                                                     &pae_pde_reserved,
                                                     &pae_pde_2m_reserved,
                                                     &pae_pte_reserved,
                                                     &pml4e_present,
                                                     &pml4e_reserved,
                                                     &pdpte_present,
                                                     &pdpte_reserved,
                                                     &pdpte_1g_reserved,
                                                     &pde_present,
                                                     &pde_reserved,
                                                     &pde_2m_reserved,
                                                     &pte_present,
                                                     &pte_reserved,
                                                     &smap_explicit,
                                                     &smap_implicit,
                                                     &supervisor_write,
                                                     &smep,
                                                     &user_page,
                                                     &user_write,
                                                     &execute};
    return all;
}

} // namespace ringside::mmu
