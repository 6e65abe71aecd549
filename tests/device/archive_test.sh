# The archive that scripts/cross leaves of a target with glibc is whole: programs from outside the tree find
# it with find_package and pkg-config, link and run.
# usage: archive_test.sh SOURCE_DIR TARGET EMULATOR EMULATOR_ROOT CPU TOOLS ARCHITECTURE CMAKE
. "$(dirname "$0")/../scripts/expect.sh"
. "$(dirname "$0")/archive.sh"
target=$2 emulator=$3 cpu=$5 tools=$6 architecture=$7 cmake=$8
need_set_up "$target"
command -v pkg-config >/dev/null || skip 'pkg-config is absent'
[ "$cpu" = native ] || [ -x "$emulator" ] || skip "qemu for $target (package qemu-user) is absent"
export QEMU_LD_PREFIX=$4

make_archive "$target"
expect_content "$archive" "$target" "bin/octavo-run include/octavo.h lib/cmake/octavo/octavoConfig.cmake
  lib/cmake/octavo/octavoConfigVersion.cmake lib/liboctavo.a lib/liboctavo.so lib/liboctavo.so.${version%.*}
  lib/liboctavo.so.$version lib/pkgconfig/octavo.pc" 'XNNPACK pthreadpool cpuinfo FXdiv'

# The device's libraries: libjpeg, libpng and zlib.
toolchain=$root/platforms/toolchains/$target.cmake
device=$("$root/scripts/fetch-sysroot" --print-folder "$architecture")/usr
libraries=$device/lib/$tools:$archive/lib
run() {
  if [ "$cpu" = native ]; then
    LD_LIBRARY_PATH=$libraries "$@"
  else
    QEMU_SET_ENV=LD_LIBRARY_PATH=$libraries on "$cpu" "$@"
  fi
}

model=$root/models/resnet8-cifar10.octavo
photo=$root/tests/fuzz/corpus/image/baseline.jpg
expect 'octavo-run --version' "octavo-run $version" "$(run "$archive/bin/octavo-run" --version | head -n 1)"
expect_text 'octavo-run --verify' 'bit-exact' "$(run "$archive/bin/octavo-run" "$model" --verify 2>&1)"
# "12 % name": the examples round to another digit than octavo-run, so the digits behind the point go.
answers() { grep -oE '[0-9.]+ %  *[a-z]+' | tr -s ' ' | sed 's/\.[0-9]*//'; }
wanted=$(run "$archive/bin/octavo-run" "$model" "$photo" | awk '/%$/ { printf "%d %% %s\n", $2, $1 }' | head -n 3)
expect 'classes from octavo-run' 3 "$(printf '%s\n' "$wanted" | wc -l)"

# pkg-config, where the archive was unpacked: against liboctavo.so, and against liboctavo.a.
export PKG_CONFIG_LIBDIR=$archive/lib/pkgconfig
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
compile() { # program, words...
  local program=$1
  shift
  "$tools-gcc" -O2 -isystem "$device/include" -isystem "$device/include/$tools" -o "$program" \
    "$archive/share/octavo/examples/classify.c" "$@"
}
# Flags are words.
# shellcheck disable=SC2046
compile "$scratch/shared" $(pkg-config --cflags --libs octavo) "$device/lib/$tools/libjpeg.so"
expect 'exit code of the compiler with pkg-config' 0 $?
expect 'pkg-config: classify' "$wanted" "$(run "$scratch/shared" "$model" "$photo" 2>&1 | answers)"
# shellcheck disable=SC2046
compile "$scratch/static" $(pkg-config --cflags octavo) "$archive/lib/liboctavo.a" "$device/lib/$tools/libjpeg.a" \
  $(pkg-config --static --libs-only-l octavo | tr ' ' '\n' | grep -v octavo)
expect 'exit code of the compiler with liboctavo.a' 0 $?
expect 'liboctavo.a: libraries that classify needs' '' "$(readelf -d "$scratch/static" | grep -E 'NEEDED.*(octavo|jpeg)')"
expect 'liboctavo.a: classify' "$wanted" "$(run "$scratch/static" "$model" "$photo" 2>&1 | answers)"

# find_package: the examples' own project, with the toolchain file of the target.
"$cmake" -S "$archive/share/octavo/examples" -B "$scratch/examples" -DCMAKE_TOOLCHAIN_FILE="$toolchain" \
  -DCMAKE_FIND_ROOT_PATH="$archive;$(dirname "$device")" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_C_FLAGS="-isystem $device/include/$tools" -DCMAKE_CXX_FLAGS="-isystem $device/include/$tools" >"$scratch/log" 2>&1 &&
  "$cmake" --build "$scratch/examples" >>"$scratch/log" 2>&1
expect "exit code of find_package ($(tail -n 5 "$scratch/log"))" 0 $?
for program in classify classify-cc; do
  expect "find_package: $program" "$wanted" "$(run "$scratch/examples/$program" "$model" "$photo" 2>&1 | answers)"
done
expect 'find_package took the shared library of the archive' 1 \
  "$(readelf -d "$scratch/examples/classify" | grep -c "NEEDED.*liboctavo.so.${version%.*}")"
finish
