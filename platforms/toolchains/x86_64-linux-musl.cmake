# 64-bit Intel and AMD Linux with musl, small static programs.
include(${CMAKE_CURRENT_LIST_DIR}/parts/x86_64.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/linux.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/musl.cmake)
