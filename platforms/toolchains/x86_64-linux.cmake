# 64-bit Intel and AMD Linux with glibc, dynamic programs.
include(${CMAKE_CURRENT_LIST_DIR}/parts/x86_64.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/parts/linux.cmake)
set(CMAKE_LIBRARY_ARCHITECTURE ${octavo_tools})
