# Compiler settings that hold for every target of the project.
#
# Target octavo_warnings: link it PRIVATE to everything written in this project, and not to
# generated code.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

get_property(octavo_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT octavo_multi_config)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()
# CMake's Release means -O3, which buys nothing here (the time is spent in XNNPACK's kernels)
# and makes the device program larger.
string(REPLACE "-O3" "-O2" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

# The compiler may not fuse a*b+c: the same model must give the same bits on every machine.
add_compile_options(-ffp-contract=off -ffunction-sections -fdata-sections)
if(APPLE)
  add_link_options(-Wl,-dead_strip)
else()
  add_link_options(-Wl,--gc-sections)
endif()

# 32-bit systems: without these, files of more than 2 GB, with a large inode number, or dated after
# 2038 cannot even be opened or examined.
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  add_compile_definitions(_FILE_OFFSET_BITS=64 _TIME_BITS=64)
endif()

add_library(octavo_warnings INTERFACE)
target_compile_options(octavo_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)

if(OCTAVO_SANITIZE STREQUAL "address")
  set(octavo_sanitizers address,undefined)
elseif(OCTAVO_SANITIZE STREQUAL "thread")
  set(octavo_sanitizers thread)
elseif(NOT OCTAVO_SANITIZE STREQUAL "")
  message(FATAL_ERROR
    "OCTAVO_SANITIZE: expected address, thread or nothing, found '${OCTAVO_SANITIZE}'")
endif()
if(octavo_sanitizers)
  add_compile_options(-fsanitize=${octavo_sanitizers} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${octavo_sanitizers})
endif()

if(OCTAVO_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "OCTAVO_FUZZ needs clang, which brings libFuzzer; "
      "found ${CMAKE_C_COMPILER_ID}. Configure with CC=clang CXX=clang++.")
  endif()
  if(NOT OCTAVO_SANITIZE STREQUAL "address")
    message(FATAL_ERROR "OCTAVO_FUZZ needs OCTAVO_SANITIZE=address: without it a fuzzer sees "
      "crashes only, and programs without a fuzzer lack the coverage runtime.")
  endif()
  # Coverage for the whole project, so that the fuzzer sees into the libraries it links.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
