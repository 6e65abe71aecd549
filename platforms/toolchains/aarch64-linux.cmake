# 64-bit Arm Linux: Raspberry Pi 3 and later with a 64-bit system. Armv8.0 is the baseline; XNNPACK
# chooses kernels with the dot product and i8mm instructions when the program runs.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_ASM_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_C_FLAGS_INIT "-march=armv8-a")
set(CMAKE_CXX_FLAGS_INIT "-march=armv8-a")
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

# Debian's name, for scripts/fetch-sysroot; the emulator and its processors, for the tests.
set(OCTAVO_ARCHITECTURE arm64)
set(OCTAVO_EMULATOR qemu-aarch64)
set(OCTAVO_EMULATOR_ROOT /usr/aarch64-linux-gnu)
set(OCTAVO_EMULATED_CPUS cortex-a53 cortex-a72 max)
