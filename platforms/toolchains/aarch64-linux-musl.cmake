# 64-bit Arm Linux with musl, small static programs.
include(${CMAKE_CURRENT_LIST_DIR}/parts/aarch64.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/linux.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/musl.cmake)
