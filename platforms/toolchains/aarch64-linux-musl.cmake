# Static programs for 64-bit Arm Linux with musl, which is a small fraction of glibc.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/../../scripts/fetch-musl --arch arm64 --cc aarch64-linux-gnu-gcc
  OUTPUT_VARIABLE octavo_musl OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE octavo_musl_code)
if(NOT octavo_musl_code EQUAL 0)
  message(FATAL_ERROR "scripts/fetch-musl failed (${octavo_musl_code})")
endif()
set(CMAKE_C_COMPILER ${octavo_musl}/bin/musl-cc)
set(CMAKE_ASM_COMPILER ${octavo_musl}/bin/musl-cc)
# XNNPACK's few files in C++ are templates that need no library: the machine's own headers do.
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
# Unwinding tables serve exceptions, which C has not. Added here and not to CMAKE_C_FLAGS, which
# scripts/bootstrap sets itself.
add_compile_options(-fno-asynchronous-unwind-tables -fno-unwind-tables
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
