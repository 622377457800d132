#pragma once
// The rules of paging, each with its name: what a walk's check list shows, tests name and labs
// refer to. Section numbers are those of volume 3 since 2022, where paging is chapter 5 (before:
// chapter 4).
#include "core/x86/rule.hpp"

#include <span>

namespace ringside::mmu {

namespace rules {

// Present bits (section 5.7: a fault for P = 0 in any entry that the walk needs).
inline constexpr Rule pml4e_present{"paging.pml4e.present",
                                    "The PML4 entry of the address has P = 1.", "SDM 3A 5.5.4"};
inline constexpr Rule pdpte_present{"paging.pdpte.present",
                                    "The page-directory-pointer entry of the address has P = 1.",
                                    "SDM 3A 5.4.2, 5.5.4"};
inline constexpr Rule pde_present{"paging.pde.present",
                                  "The page-directory entry of the address has P = 1.",
                                  "SDM 3A 5.3, 5.4.2, 5.5.4"};
inline constexpr Rule pte_present{"paging.pte.present",
                                  "The page-table entry of the address has P = 1.",
                                  "SDM 3A 5.3, 5.4.2, 5.5.4"};

// Reserved bits, one rule per entry format that has any.
inline constexpr Rule p32_pde_4m_reserved{
    "paging.p32.pde-4m.reserved",
    "In a PDE that maps a 4-MiB page, bits 21:(M-19) are 0, where M is the lesser of 40 and "
    "MAXPHYADDR.",
    "SDM 3A 5.3, table 5-4"};
inline constexpr Rule pae_pdpte_reserved{
    "paging.pae.pdpte.reserved",
    "A present PDPTE that is loaded into a register has 0 in bits 2:1, 8:5 and 63:MAXPHYADDR.",
    "SDM 3A 5.4.1, table 5-8"};
inline constexpr Rule pae_pde_reserved{
    "paging.pae.pde.reserved",
    "In a PDE that points to a page table, bits 62:MAXPHYADDR are 0, and bit 63 too while "
    "IA32_EFER.NXE = 0.",
    "SDM 3A 5.4.2, table 5-10"};
inline constexpr Rule pae_pde_2m_reserved{
    "paging.pae.pde-2m.reserved",
    "In a PDE that maps a 2-MiB page, bits 20:13 and 62:MAXPHYADDR are 0, and bit 63 too while "
    "IA32_EFER.NXE = 0.",
    "SDM 3A 5.4.2, table 5-9"};
inline constexpr Rule pae_pte_reserved{
    "paging.pae.pte.reserved",
    "In a PTE, bits 62:MAXPHYADDR are 0, and bit 63 too while IA32_EFER.NXE = 0.",
    "SDM 3A 5.4.2, table 5-11"};
inline constexpr Rule pml4e_reserved{
    "paging.p64.pml4e.reserved",
    "In a PML4E, bits 7 and 51:MAXPHYADDR are 0, and bit 63 too while IA32_EFER.NXE = 0.",
    "SDM 3A 5.5.4, table 5-15"};
inline constexpr Rule pdpte_reserved{
    "paging.p64.pdpte.reserved",
    "In a PDPTE that points to a page directory, bits 51:MAXPHYADDR are 0, and bit 63 too while "
    "IA32_EFER.NXE = 0.",
    "SDM 3A 5.5.4, table 5-17"};
inline constexpr Rule pdpte_1g_reserved{
    "paging.p64.pdpte-1g.reserved",
    "In a PDPTE that maps a 1-GiB page, bits 29:13 and 51:MAXPHYADDR are 0, and bit 63 too while "
    "IA32_EFER.NXE = 0.",
    "SDM 3A 5.5.4, table 5-16"};
inline constexpr Rule pde_reserved{
    "paging.p64.pde.reserved",
    "In a PDE that points to a page table, bits 51:MAXPHYADDR are 0, and bit 63 too while "
    "IA32_EFER.NXE = 0.",
    "SDM 3A 5.5.4, table 5-19"};
inline constexpr Rule pde_2m_reserved{
    "paging.p64.pde-2m.reserved",
    "In a PDE that maps a 2-MiB page, bits 20:13 and 51:MAXPHYADDR are 0, and bit 63 too while "
    "IA32_EFER.NXE = 0.",
    "SDM 3A 5.5.4, table 5-18"};
inline constexpr Rule pte_reserved{
    "paging.p64.pte.reserved",
    "In a PTE, bits 51:MAXPHYADDR are 0, and bit 63 too while IA32_EFER.NXE = 0.",
    "SDM 3A 5.5.4, table 5-20"};

// Access rights: of the whole path, asked when the page is found.
inline constexpr Rule smap_explicit{
    "paging.smap.explicit",
    "While CR4.SMAP = 1, a supervisor data access to a user page needs EFLAGS.AC = 1.",
    "SDM 3A 5.6.1"};
inline constexpr Rule smap_implicit{
    "paging.smap.implicit",
    "While CR4.SMAP = 1, an implicit supervisor access (to a descriptor table or TSS) never "
    "reaches a user page, whatever EFLAGS.AC.",
    "SDM 3A 5.6.1"};
inline constexpr Rule supervisor_write{
    "paging.write.supervisor",
    "While CR0.WP = 1, a supervisor write needs R/W = 1 in every entry of the path.",
    "SDM 3A 5.6.1"};
inline constexpr Rule smep{"paging.smep",
                           "While CR4.SMEP = 1, a supervisor fetch never reaches a user page.",
                           "SDM 3A 5.6.1"};
inline constexpr Rule user_page{
    "paging.user", "A user access needs U/S = 1 in every entry of the path.", "SDM 3A 5.6.1"};
inline constexpr Rule user_write{
    "paging.write.user", "A user write needs R/W = 1 in every entry of the path.", "SDM 3A 5.6.1"};
inline constexpr Rule execute{
    "paging.execute", "While IA32_EFER.NXE = 1, a fetch needs XD = 0 in every entry of the path.",
    "SDM 3A 5.6.1"};

} // namespace rules

// All of them, in the manual's order: for docs/rules.md and for tests.
[[nodiscard]] std::span<Rule const* const> mmu_rules();

} // namespace ringside::mmu
