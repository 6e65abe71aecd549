# Octavo installed into a folder of its own: the examples built from outside the tree with find_package
# (shared, static) and with pkg-config answer as octavo-run does.
# usage: embedding_test.sh SOURCE_DIR BUILD_DIR CMAKE CC CXX
. "$(dirname "$0")/expect.sh"
build=$2 cmake=$3 cc=$4 cxx=$5
command -v pkg-config >/dev/null || { echo 'skipped: pkg-config is absent'; exit 77; }
unset LD_LIBRARY_PATH CPATH LIBRARY_PATH
cd "$scratch"
export CC=$cc CXX=$cxx

# A device first, then the rest into the same folder; moved, because a prefix must not be burnt in.
"$cmake" --install "$build" --prefix "$scratch/first" --component runtime >install.log 2>&1
expect 'exit code of installing for a device' 0 $?
expect 'what a device gets' 'bin/octavo-run lib/liboctavo.so.0.1 lib/liboctavo.so.0.1.0' \
  "$(cd first && find . -path ./share -prune -o ! -type d -print | sed 's,^\./,,' |
    sed 's,^lib/.*-linux-gnu[^/]*/,lib/,' | sort | tr '\n' ' ' | sed 's/ $//')"
expect 'its licences' yes "$([ -s first/share/doc/octavo/LICENSE ] && grep -q XNNPACK first/share/doc/octavo/copyright && echo yes)"
"$cmake" --install "$build" --prefix "$scratch/first" >>install.log 2>&1
expect 'exit code of installing all' 0 $?
for program in bench convert eval make-images make-network run train train-bench; do
  expect "octavo-$program is installed" yes "$([ -x "first/bin/octavo-$program" ] && echo yes)"
done
mv first prefix
prefix=$scratch/prefix
lib=$(dirname "$(find "$prefix" -name liboctavo.a)")
export PKG_CONFIG_PATH=$lib/pkgconfig
expect 'the program that was moved' "octavo-run $(sed -n 's/^#define OCTAVO_VERSION "\(.*\)"/\1/p' "$root/include/octavo.h")" \
  "$("$prefix/bin/octavo-run" --version | head -n 1)"
expect 'nothing installed names the tree' '' "$(grep -rlI -e "$root" -e "$build" "$prefix")"

# What octavo-run says of the same pictures is what the examples must say.
model=$root/models/resnet8-cifar10.octavo
mkdir photos
cp "$root/tests/fuzz/corpus/image/baseline.jpg" photos/a.jpg
cp "$root/tests/fuzz/corpus/image/progressive.jpg" photos/b.JPEG
photo=$scratch/photos/a.jpg
# "12 % name": the examples round to another digit than octavo-run, so the digits behind the point go.
answers() { grep -oE '[0-9.]+ %  *[a-z]+' | tr -s ' ' | sed 's/\.[0-9]*//'; }
wanted=$("$prefix/bin/octavo-run" "$model" "$photo" | awk '/%$/ { printf "%d %% %s\n", $2, $1 }' | head -n 3)
expect 'classes from octavo-run' 3 "$(printf '%s\n' "$wanted" | wc -l)"

check_programs() { # how they were built, folder
  expect "$1: classify" "$wanted" "$("$2/classify" "$model" "$photo" 2>&1 | answers)"
  expect "$1: classify-cc" "$wanted" "$("$2/classify-cc" "$model" "$photo" 2>&1 | answers)"
  expect "$1: camera, from a folder" "$(printf '%s\n' "$wanted" | head -n 1)" \
    "$("$2/camera" "$model" photos 2>&1 | grep 'a\.jpg$' | answers)"
}
needs_library() { readelf -d "$1" | grep -c 'NEEDED.*liboctavo'; }

examples=$prefix/share/octavo/examples
for kind in shared static; do
  shared=$([ $kind = shared ] && echo ON || echo OFF)
  "$cmake" -S "$examples" -B "with-$kind" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" \
    -DBUILD_SHARED_LIBS="$shared" >"$kind.log" 2>&1 && "$cmake" --build "with-$kind" >>"$kind.log" 2>&1
  expect "exit code of find_package, $kind" 0 $?
  grep -iE 'error|warning' "$kind.log" >&2
  check_programs "find_package, $kind" "with-$kind"
done
expect 'the shared program needs liboctavo.so' 1 "$(needs_library with-shared/classify)"
expect 'the static one does not' 0 "$(needs_library with-static/classify)"

# Both kinds by name, and a version that this one cannot stand for.
mkdir by-name
cat >by-name/CMakeLists.txt <<'LISTS'
cmake_minimum_required(VERSION 3.18)
project(by_name LANGUAGES C)
find_package(octavo 0.1.0 REQUIRED COMPONENTS static)
get_target_property(kind octavo::octavo INTERFACE_LINK_LIBRARIES)
if(NOT kind STREQUAL "octavo::octavo_static" OR NOT TARGET octavo::octavo_shared)
  message(FATAL_ERROR "COMPONENTS static: found ${kind}")
endif()
find_package(octavo 0.2 QUIET)
if(octavo_FOUND)
  message(FATAL_ERROR "0.1 was taken for 0.2")
endif()
LISTS
output=$("$cmake" -S by-name -B by-name/build -DCMAKE_PREFIX_PATH="$prefix" 2>&1)
expect "exit code of COMPONENTS static ($output)" 0 $?

# The one line for each, as the examples' first comment has it.
mkdir plain static
one_line() { # folder, flags of pkg-config, last words
  # Flags are words.
  # shellcheck disable=SC2046,SC2086
  "$cc" -O2 -o "$1/classify" "$examples/classify.c" $(pkg-config $2 --cflags --libs octavo) -ljpeg $3 &&
    "$cc" -O2 -o "$1/camera" "$examples"/camera/*.c $(pkg-config $2 --cflags --libs octavo) -ljpeg $3 &&
    "$cxx" -std=c++17 -O2 -o "$1/classify-cc" "$examples/classify.cc" $(pkg-config $2 --cflags --libs octavo) -ljpeg $3
}
one_line plain '' "-Wl,-rpath,$lib"
expect 'exit code of the compilers with pkg-config' 0 $?
check_programs pkg-config plain
if "$cc" -static -x c -o nothing - <<<'int main(void) { return 0; }' 2>/dev/null; then
  one_line static --static -static
  expect 'exit code of the compilers with pkg-config --static' 0 $?
  check_programs 'pkg-config --static' static
fi

# The camera: a preloaded one that answers for /dev/video9.
"$cc" -shared -fPIC -D_GNU_SOURCE -Wall -Wextra -Werror -o fake_camera.so "$root/tests/scripts/embedding/fake_camera.c" -ldl
expect 'exit code of compiling the camera' 0 $?
"$cc" -I "$examples/camera" -o yuyv_check "$root/tests/scripts/embedding/yuyv_check.c" \
  "$examples/camera/picture.c" "$examples/camera/complain.c" -ljpeg && ./yuyv_check
expect 'colours of YUYV' 0 $?
camera() { # kind, arguments...
  local kind=$1
  shift
  LD_PRELOAD=$scratch/fake_camera.so FAKE_CAMERA=$kind FAKE_CAMERA_PATH=/dev/video9 FAKE_CAMERA_JPEG=$photo \
    plain/camera "$model" /dev/video9 "$@" 2>&1
}
output=$(camera yuyv 5)
expect 'exit code with a camera' 0 $?
expect 'lines of five frames' 5 "$(printf '%s\n' "$output" | grep -c 'frames/s .* frame [0-4]$')"
expect 'one answer for five equal frames' 1 "$(printf '%s\n' "$output" | answers | sort -u | wc -l)"
output=$(camera mjpeg 6)
expect 'exit code with MJPEG' 0 $?
expect 'damaged frames are skipped' 2 "$(printf '%s\n' "$output" | grep -c skipped)"
expect 'the others' "6 $(printf '%s\n' "$wanted" | head -n 1)" \
  "$(printf '%s\n' "$output" | answers | sort | uniq -c | sed 's/^ *//')"
for problem in 'busy:another program uses this camera' 'silent:expected a camera that gives YUYV or MJPEG' \
  'output:expected a device that captures'; do
  output=$(camera "${problem%%:*}")
  expect "exit code: ${problem%%:*}" 1 $?
  expect_text "${problem%%:*}" "${problem#*:}" "$output"
done

output=$(plain/camera "$model" /dev/no-such-camera 2>&1)
expect 'exit code without a camera' 1 $?
expect_text 'without a camera' '/dev/no-such-camera: no such camera' "$output"
output=$(plain/camera "$model" "$photo" 2>&1)
expect 'exit code for a file in place of a camera' 1 $?
expect_text 'a file in place of a camera' 'expected a camera (V4L2) or a folder' "$output"
mkdir empty
output=$(plain/camera "$model" empty 2>&1)
expect 'exit code for an empty folder' 1 $?
expect_text 'an empty folder' 'found none' "$output"
for program in classify classify-cc camera; do
  output=$("plain/$program" "$photo" "$photo" 2>&1)
  expect "exit code of $program for a file that is no model" 1 $?
  expect_text "$program for a file that is no model" expected "$output"
done
finish
