# The sources of the programs' C library, relative to this folder: include() it, then use ${ringside_libc}.
set(ringside_libc crt0.S syscall.c process.c string.c printf.c memory.c files.c signal.c thread.c trace.c uf.c)
# The heap, for programs that want one: without it the others are shorter.
set(ringside_heap ${CMAKE_CURRENT_LIST_DIR}/malloc.c)
# Names of numbers and numbers of names, likewise.
set(ringside_names ${CMAKE_CURRENT_LIST_DIR}/names.c)
list(TRANSFORM ringside_libc PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
