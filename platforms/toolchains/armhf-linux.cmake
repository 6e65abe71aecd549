# 32-bit Arm Linux with hard floats: Raspberry Pi 2 and later with a 32-bit system. Armv7 with NEON.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_ASM_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_C_FLAGS_INIT "-march=armv7-a -mfpu=neon")
set(CMAKE_CXX_FLAGS_INIT "-march=armv7-a -mfpu=neon")
set(CMAKE_LIBRARY_ARCHITECTURE arm-linux-gnueabihf)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

# Debian's name, for scripts/fetch-sysroot; the emulator and its processors, for the tests.
set(OCTAVO_ARCHITECTURE armhf)
set(OCTAVO_EMULATOR qemu-arm)
set(OCTAVO_EMULATOR_ROOT /usr/arm-linux-gnueabihf)
set(OCTAVO_EMULATED_CPUS cortex-a7 cortex-a9)
