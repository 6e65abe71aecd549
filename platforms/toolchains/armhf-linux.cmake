# 32-bit Arm Linux with NEON with glibc, dynamic programs.
include(${CMAKE_CURRENT_LIST_DIR}/parts/armhf.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/linux.cmake)
set(CMAKE_LIBRARY_ARCHITECTURE ${octavo_tools})
