# 64-bit Intel and AMD. x86-64 is the baseline; kernels with AVX2, AVX-512 and VNNI are chosen when
# the program runs.
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(octavo_tools x86_64-linux-gnu)
set(octavo_processor_flags -march=x86-64)

# Debian's name; the emulator and its processors, for the tests.
set(OCTAVO_ARCHITECTURE amd64)
set(OCTAVO_EMULATOR qemu-x86_64)
set(OCTAVO_EMULATOR_ROOT /)
set(OCTAVO_EMULATED_CPUS Haswell Nehalem)
