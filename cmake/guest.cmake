# Guest programs: freestanding ELF files for i386 and x86-64, built in the same tree whatever the host compiler is. They go to
# build/guest/; their DWARF names sources from the top of the repository ("kernel_stub/mm/fault.c").
#   ringside_guest(<name> SOURCES a.c b.S SCRIPT x.ld [ARCH i386|x86_64|x86_64_kernel] [OUTPUT file] [OBJECTS x.o]
#                  [DEFINES ...] [INCLUDES ...] [DEPENDS ...])
# makes the target guest_<name>, whose property GUEST_ELF is the file. Programs that have a source, flags, defines and
# includes in common share its object: the C library is compiled once, not once a program. With KIT name, all of it before the last link goes
# to kit/<name>.o, for labs that link a student's object in. The compiler is clang with lld if both are there,
# else gcc with GNU ld. Custom commands instead of a toolchain file: one build tree, and none of the host's flags.
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH guest_top)
set(RINGSIDE_GUEST_CC "auto" CACHE STRING "Compiler of the guest: auto, clang, gcc or a path")
find_program(RINGSIDE_GUEST_CLANG NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
find_program(RINGSIDE_GUEST_LLD NAMES ld.lld ld.lld-19 ld.lld-18 ld.lld-17 ld.lld-16 ld.lld-15 ld.lld-14)
find_program(RINGSIDE_GUEST_GCC NAMES x86_64-linux-gnu-gcc gcc)
find_program(RINGSIDE_GUEST_LD NAMES x86_64-linux-gnu-ld ld)

set(guest_cc ${RINGSIDE_GUEST_CC})
if(guest_cc STREQUAL "auto")
  set(guest_cc gcc)
  if(RINGSIDE_GUEST_CLANG AND RINGSIDE_GUEST_LLD)
    set(guest_cc clang)
  endif()
endif()
if(guest_cc STREQUAL "clang")
  set(guest_cc ${RINGSIDE_GUEST_CLANG})
elseif(guest_cc STREQUAL "gcc")
  set(guest_cc ${RINGSIDE_GUEST_GCC})
endif()
set(guest_ld ${RINGSIDE_GUEST_LD})
if(RINGSIDE_GUEST_LLD)
  set(guest_ld ${RINGSIDE_GUEST_LLD})
endif()

set(RINGSIDE_GUEST_FOUND OFF)
if(NOT RINGSIDE_GUEST STREQUAL "OFF" AND guest_cc AND guest_ld)
  execute_process(COMMAND ${guest_cc} --version OUTPUT_VARIABLE guest_version RESULT_VARIABLE guest_status)
  if(guest_status EQUAL 0)
    set(RINGSIDE_GUEST_FOUND ON)
  endif()
endif()
if(RINGSIDE_GUEST_FOUND)
  message(STATUS "Guest compiler: ${guest_cc}, linker: ${guest_ld}")
elseif(RINGSIDE_GUEST STREQUAL "ON")
  message(FATAL_ERROR "RINGSIDE_GUEST=ON, but there is no compiler for i386: install clang and lld, or gcc")
else()
  message(STATUS "Left out: the guest kernel and the samples (no compiler for i386: install clang and lld, or gcc)")
endif()

# -O0: every line can be stepped on. No SSE, no tricks that need a library or a loader.
set(guest_flags -std=gnu11 -O0 -g -gdwarf-4 -Wall -Wextra -Wundef -ffreestanding -nostdinc -nostdlib -fno-pic -fno-pie
    -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing
    -fno-omit-frame-pointer -fno-builtin -fno-common -mno-sse -mno-mmx -mgeneral-regs-only)
# By architecture. A kernel of 64 bits lies in the last 2 GB, and an interrupt may use the stack below its RSP.
set(guest_flags_i386 -m32)
set(guest_flags_x86_64 -m64)
if(guest_version MATCHES "clang")
  set(guest_flags_i386 --target=i686-elf)
  set(guest_flags_x86_64 --target=x86_64-elf)
  list(APPEND guest_flags -Wno-initializer-overrides
       -fdebug-compilation-dir=. -ffile-prefix-map=${guest_top}/=)
else()
  list(APPEND guest_flags -fno-tree-loop-distribute-patterns -Wno-override-init -Wa,--noexecstack
       -fdebug-prefix-map=${guest_top}=. -ffile-prefix-map=${guest_top}/=)
endif()
if(RINGSIDE_WERROR)
  list(APPEND guest_flags -Werror)
endif()
# -nostdinc, but the compiler's own freestanding headers.
if(RINGSIDE_GUEST_FOUND)
  execute_process(COMMAND ${guest_cc} -print-file-name=include OUTPUT_VARIABLE guest_headers
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  list(APPEND guest_flags -isystem ${guest_headers})
endif()

set(guest_flags_x86_64 ${guest_flags_x86_64} ${guest_flags})
set(guest_flags_x86_64_kernel ${guest_flags_x86_64} -mno-red-zone -mcmodel=kernel)
set(guest_flags_i386 ${guest_flags_i386} ${guest_flags})
set(guest_flags ${guest_flags_i386})
set(guest_emulation_i386 elf_i386)
set(guest_emulation_x86_64 elf_x86_64)
set(guest_emulation_x86_64_kernel elf_x86_64)

set(RINGSIDE_GUEST_DIR ${CMAKE_BINARY_DIR}/guest)
file(MAKE_DIRECTORY ${RINGSIDE_GUEST_DIR})

function(ringside_guest name)
  cmake_parse_arguments(G "" "ARCH;SCRIPT;OUTPUT;KIT" "SOURCES;OBJECTS;DEFINES;INCLUDES;DEPENDS" ${ARGN})
  if(NOT G_OUTPUT)
    set(G_OUTPUT ${name})
  endif()
  if(NOT G_ARCH)
    set(G_ARCH i386)
  endif()
  set(flags ${guest_flags_${G_ARCH}})
  set(link ${guest_ld} -m ${guest_emulation_${G_ARCH}})
  foreach(directory IN LISTS G_INCLUDES)
    cmake_path(ABSOLUTE_PATH directory BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    list(APPEND flags -I${directory})
  endforeach()
  foreach(define IN LISTS G_DEFINES)
    list(APPEND flags -D${define})
  endforeach()
  # Ninja knows files from everywhere, so a command of one folder can make an object for programs of another.
  string(SHA1 flavour "${flags}")
  string(SUBSTRING ${flavour} 0 8 flavour)
  set(objects ${G_OBJECTS})
  foreach(source IN LISTS G_SOURCES)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${guest_top} OUTPUT_VARIABLE place)
    set(object ${CMAKE_BINARY_DIR}/guest.dir/${flavour}/${place}.o)
    list(APPEND objects ${object})
    get_property(made GLOBAL PROPERTY guest_objects)
    if(object IN_LIST made)
      continue()
    endif()
    set_property(GLOBAL APPEND PROPERTY guest_objects ${object})
    cmake_path(GET object PARENT_PATH directory)
    file(MAKE_DIRECTORY ${directory})
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${guest_cc} ${flags} -MD -MF ${object}.d -c -o ${object} ${source}
      DEPENDS ${source} DEPFILE ${object}.d WORKING_DIRECTORY ${guest_top}
      COMMENT "Guest ${name}: ${place}" VERBATIM)
  endforeach()
  cmake_path(ABSOLUTE_PATH G_SCRIPT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  set(elf ${RINGSIDE_GUEST_DIR}/${G_OUTPUT})
  add_custom_command(OUTPUT ${elf}
    COMMAND ${link} -static -nostdlib --build-id=none -z max-page-size=4096 -z noexecstack
            -T ${G_SCRIPT} -o ${elf} ${objects}
    DEPENDS ${objects} ${G_SCRIPT} ${G_DEPENDS} COMMENT "Guest ${name}: link" VERBATIM)
  set(kits)
  if(G_KIT)
    set(kit ${RINGSIDE_GUEST_DIR}/kit/${G_KIT})
    file(MAKE_DIRECTORY ${RINGSIDE_GUEST_DIR}/kit/include)
    add_custom_command(OUTPUT ${kit}.o ${kit}.ld
      COMMAND ${link} -r -o ${kit}.o ${objects}
      COMMAND ${CMAKE_COMMAND} -E copy ${G_SCRIPT} ${kit}.ld
      DEPENDS ${objects} ${G_SCRIPT} ${G_DEPENDS} COMMENT "Guest ${name}: kit" VERBATIM)
    set(kits ${kit}.o ${kit}.ld)
  endif()
  add_custom_target(guest_${name} ALL DEPENDS ${elf} ${kits})
  set_target_properties(guest_${name} PROPERTIES GUEST_ELF ${elf})
endfunction()

# What it takes to compile and link as ringside_guest() does, for labs: kit/toolchain.json. Sources see only kit/include.
function(ringside_guest_toolchain_file)
  find_program(guest_cc_path ${guest_cc})
  find_program(guest_ld_path ${guest_ld})
  set(compile ${guest_cc_path} ${guest_flags} -I${RINGSIDE_GUEST_DIR}/kit/include)
  list(REMOVE_ITEM compile -Werror)
  list(FILTER compile EXCLUDE REGEX "^-(ffile-prefix-map|fdebug-prefix-map|fdebug-compilation-dir)=")
  set(link ${guest_ld_path} -m elf_i386 -static -nostdlib --build-id=none -z max-page-size=4096 -z noexecstack)
  foreach(list compile link)
    list(JOIN ${list} "\", \"" ${list})
  endforeach()
  file(CONFIGURE OUTPUT ${RINGSIDE_GUEST_DIR}/kit/toolchain.json
       CONTENT "{\"cc\": [\"@compile@\"],\n \"ld\": [\"@link@\"]}\n" @ONLY)
endfunction()
