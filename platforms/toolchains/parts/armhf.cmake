# 32-bit Arm with hard floats: Raspberry Pi 2 and later with a 32-bit system. Armv7 with NEON.
set(CMAKE_SYSTEM_PROCESSOR armv7)
set(octavo_tools arm-linux-gnueabihf)
set(octavo_processor_flags -march=armv7-a -mfpu=neon)

# Debian's name; the emulator and its processors, for the tests.
set(OCTAVO_ARCHITECTURE armhf)
set(OCTAVO_EMULATOR qemu-arm)
set(OCTAVO_EMULATOR_ROOT /usr/arm-linux-gnueabihf)
set(OCTAVO_EMULATED_CPUS cortex-a7 cortex-a9)
