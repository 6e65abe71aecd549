# 64-bit Arm Linux with glibc, dynamic programs.
include(${CMAKE_CURRENT_LIST_DIR}/parts/aarch64.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/linux.cmake)
set(CMAKE_LIBRARY_ARCHITECTURE ${octavo_tools})
