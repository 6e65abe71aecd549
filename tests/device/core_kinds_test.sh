# XNNPACK has kernels for kinds of Arm cores, which it finds by /proc/cpuinfo: an emulator shows that of a
# folder in place of its own. $2 is the emulator, $3 the folder of its libraries, $4 the processor to emulate,
# $5 a test program. cpuinfo takes dot products for granted in cores of 8.2: those are for "max" alone.
. "$(dirname "$0")/../scripts/expect.sh"
emulator=$2 libraries=$3 processor=$4 program=$5

# implementer, part, variant, architecture, name; Linux's numbers, as in cpuinfo's src/arm/uarch.c.
kinds='
0x41 0xc05 0x0 7 Cortex-A5
0x41 0xc07 0x0 7 Cortex-A7
0x41 0xc09 0x0 7 Cortex-A9
0x41 0xc0f 0x0 7 Cortex-A15
0x51 0x06f 0x2 7 Krait
0x41 0xd01 0x0 8 Cortex-A32
0x41 0xd03 0x0 8 Cortex-A53
0x41 0xd04 0x0 8 Cortex-A35
0x41 0xd05 0x0 8 Cortex-A55r0
0x41 0xd05 0x1 8.2 Cortex-A55
0x41 0xd07 0x0 8 Cortex-A57
0x41 0xd08 0x0 8 Cortex-A72
0x41 0xd09 0x0 8 Cortex-A73
0x41 0xd0b 0x0 8.2 Cortex-A76
0x51 0x205 0x1 8 Kryo
0x53 0x001 0x1 8 Exynos-M1
'

mkdir -p "$scratch/root/proc"
ln -s "$libraries/lib" "$scratch/root/lib"
while read -r implementer part variant architecture name; do
  [ -n "$name" ] && { [ "$architecture" != 8.2 ] || [ "$processor" = max ]; } || continue
  for cpu in 0 1; do
    printf '%s\t: %s\n' processor $cpu Features 'half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt' \
      'CPU implementer' "$implementer" 'CPU architecture' "${architecture%.*}" 'CPU variant' "$variant" \
      'CPU part' "$part" 'CPU revision' 1
    echo
  done >"$scratch/root/proc/cpuinfo"
  QEMU_LD_PREFIX=$scratch/root "$emulator" -cpu "$processor" "$program" >"$scratch/log" 2>&1 \
    --gtest_filter='Convolution.EveryNumberOfPixels:Convolution.PointwiseEveryTail:Convolution.Groups'
  code=$?
  expect "$name: exit code of $(basename "$program"): $(grep -E 'FAILED|signal' "$scratch/log" | head -n 1)" 0 $code
done <<<"$kinds"
finish
