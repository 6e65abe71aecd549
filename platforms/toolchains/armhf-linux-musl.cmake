# 32-bit Arm Linux with NEON with musl, small static programs.
include(${CMAKE_CURRENT_LIST_DIR}/parts/armhf.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/linux.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/musl.cmake)
