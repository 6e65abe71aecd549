# Static programs with musl, which is a small fraction of glibc. After linux.cmake. Sets octavo_musl, the
# folder that holds it.
execute_process(
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/../../../scripts/fetch-musl --arch ${OCTAVO_ARCHITECTURE} --cc ${octavo_tools}-gcc
  OUTPUT_VARIABLE octavo_musl OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE octavo_musl_code)
if(NOT octavo_musl_code EQUAL 0)
  message(FATAL_ERROR "scripts/fetch-musl failed (${octavo_musl_code})")
endif()
# The C++ compiler stays: XNNPACK's few files in C++ are templates that need no library.
set(CMAKE_C_COMPILER ${octavo_musl}/bin/musl-cc)
# CMake would look for these beside a compiler of such a name.
set(CMAKE_AR ${octavo_tools}-ar)
set(CMAKE_RANLIB ${octavo_tools}-ranlib)
set(CMAKE_OBJCOPY ${octavo_tools}-objcopy)
set(CMAKE_STRIP ${octavo_tools}-strip)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
# Unwinding tables serve exceptions, which C has not.
add_compile_options(-fno-asynchronous-unwind-tables -fno-unwind-tables
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
