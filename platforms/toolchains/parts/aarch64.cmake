# 64-bit Arm: Raspberry Pi 3 and later with a 64-bit system. Armv8.0 is the baseline; XNNPACK chooses
# kernels with the dot product and i8mm instructions when the program runs.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(octavo_tools aarch64-linux-gnu)
set(octavo_processor_flags -march=armv8-a)

# Debian's name; the emulator and its processors, for the tests.
set(OCTAVO_ARCHITECTURE arm64)
set(OCTAVO_EMULATOR qemu-aarch64)
set(OCTAVO_EMULATOR_ROOT /usr/aarch64-linux-gnu)
set(OCTAVO_EMULATED_CPUS cortex-a53 cortex-a72 max)
