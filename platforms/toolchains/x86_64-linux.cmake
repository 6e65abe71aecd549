# 64-bit Intel and AMD Linux. x86-64 is the baseline; kernels with AVX2, AVX-512 and VNNI are chosen
# when the program runs.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER x86_64-linux-gnu-g++)
set(CMAKE_ASM_COMPILER x86_64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE x86_64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

# Debian's name, for scripts/fetch-sysroot; the emulator and its processors, for the tests.
set(OCTAVO_ARCHITECTURE amd64)
set(OCTAVO_EMULATOR qemu-x86_64)
set(OCTAVO_EMULATOR_ROOT /)
set(OCTAVO_EMULATED_CPUS Haswell Nehalem)
