# A room of the house is a static library ringside_<name>; includes are written from the top of the tree
# ("mmu/page_walk.hpp"), and tests/architecture holds which room may include which.
# COLD: no loop in it matters, and optimising it well would take half of its compile time: it is compiled, as most tests are,
# with RINGSIDE_COLD_OPTIONS at the end.
set(RINGSIDE_COLD_OPTIONS "" CACHE STRING "Compiler options of what need not be fast, and of the tests")
function(ringside_room name)
  cmake_parse_arguments(ROOM "COLD" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(ringside_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(ringside_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(ringside_${name} PUBLIC ${ROOM_LINK} PRIVATE ${ROOM_PRIVATE_LINK})
  ringside_warnings(ringside_${name})
  if(ROOM_COLD)
    target_compile_options(ringside_${name} PRIVATE ${RINGSIDE_COLD_OPTIONS})
  endif()
endfunction()

# A doctest program tests_<name>, one ctest. SEPARATE: its files have names in common, so they are not compiled together. HOT: it
# goes through so many cases that its own loops matter.
function(ringside_test name)
  cmake_parse_arguments(TEST "SEPARATE;HOT" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(tests_${name} ${TEST_SOURCES})
  target_link_libraries(tests_${name} PRIVATE ${TEST_LINK} ringside_test_main)
  target_include_directories(tests_${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_definitions(tests_${name} PRIVATE RINGSIDE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             RINGSIDE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  ringside_warnings(tests_${name})
  if(NOT TEST_HOT)
    target_compile_options(tests_${name} PRIVATE ${RINGSIDE_COLD_OPTIONS})
  endif()
  if(TEST_SEPARATE)
    set_target_properties(tests_${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  add_test(NAME ${name} COMMAND tests_${name})
  if(TEST_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${TEST_LABELS}")
  endif()
endfunction()

# The same again with so many cases that it takes minutes: only where ctest is asked for them, with `-C whole`
# (./test.sh --whole). The test is called <name>_whole.
function(ringside_whole_test name)
  add_test(NAME ${name}_whole CONFIGURATIONS whole ${ARGN})
  set_tests_properties(${name}_whole PROPERTIES LABELS slow TIMEOUT 7200)
endfunction()
