. "$(dirname "$0")/expect.sh"
export OCTAVO_CACHE=$scratch/cache
bootstrap=$root/scripts/bootstrap
unset XDG_CACHE_HOME

prefix=$("$bootstrap" --print-prefix)
expect 'exit code of --print-prefix' 0 $?
expect_text '--print-prefix' "$scratch/cache/libs/xnnpack-" "$prefix"
expect 'the prefix is the same every time' "$prefix" "$("$bootstrap" --print-prefix)"
expect 'asking makes no folder' no "$([ -e "$OCTAVO_CACHE" ] && echo yes || echo no)"

expect_text 'cache below XDG_CACHE_HOME' /x/octavo/libs/ \
  "$(OCTAVO_CACHE='' XDG_CACHE_HOME=/x "$bootstrap" --print-prefix)"
expect_text 'cache below HOME' /h/.cache/octavo/libs/ \
  "$(OCTAVO_CACHE='' HOME=/h "$bootstrap" --print-prefix)"

# Whatever decides the libraries' bytes decides the folder.
printf '#!/bin/sh\necho another compiler\n' >"$scratch/cc"
chmod +x "$scratch/cc"
other=$("$bootstrap" --print-prefix --cc "$scratch/cc")
expect 'another compiler, another prefix' differs "$([ "$other" = "$prefix" ] || echo differs)"
echo 'set(CMAKE_SYSTEM_PROCESSOR aarch64)' >"$scratch/toolchain.cmake"
one=$("$bootstrap" --print-prefix --toolchain "$scratch/toolchain.cmake")
echo 'set(CMAKE_C_FLAGS_INIT -mcpu=cortex-a53)' >>"$scratch/toolchain.cmake"
two=$("$bootstrap" --print-prefix --toolchain "$scratch/toolchain.cmake")
expect 'another toolchain, another prefix' differs "$([ "$one" = "$two" ] || echo differs)"
# So does a file that it includes, and neither a comment nor what only tests read.
echo 'include(${CMAKE_CURRENT_LIST_DIR}/part.cmake)' >>"$scratch/toolchain.cmake"
keys() { # line for the included file
  echo "$1" >>"$scratch/part.cmake"
  "$bootstrap" --print-prefix --toolchain "$scratch/toolchain.cmake"
  "$root/scripts/device-libs" --print-prefix --toolchain "$scratch/toolchain.cmake"
}
one=$(keys 'set(CMAKE_C_COMPILER one)')
expect 'a comment in an included file, the same prefixes' "$one" "$(keys '# Why.')"
expect 'an emulator, the same prefixes' "$one" "$(keys 'set(OCTAVO_EMULATED_CPUS max)')"
two=$(keys 'set(CMAKE_C_COMPILER two)')
expect 'another included file, other prefixes' 2 "$(printf '%s\n' "$one" "$two" | sort | uniq -u | grep -c . | awk '{ print $1 / 2 }')"
mv "$scratch/part.cmake" "$scratch/other.cmake"
expect 'exit code for an included file that is not there' 1 \
  "$("$bootstrap" --print-prefix --toolchain "$scratch/toolchain.cmake" >/dev/null 2>&1; echo $?)"
sed 's/=-O2 -DNDEBUG/=-O1 -DNDEBUG/' "$bootstrap" >"$scratch/bootstrap"
cp "$root"/scripts/{locate-cache,private-apt,install-missing} "$scratch/"
changed=$(bash "$scratch/bootstrap" --print-prefix)
expect_text 'a copy of bootstrap' "$OCTAVO_CACHE/libs/xnnpack-" "$changed"
expect 'another option, another prefix' differs "$([ "$changed" = "$prefix" ] || echo differs)"
# What is changed for 32-bit Arm alone decides the folder of that alone.
sed 's/1x8__asm_aarch32/1x9__asm_aarch32/' "$bootstrap" >"$scratch/bootstrap"
for processor in armv7:differs aarch64:same; do
  echo "set(CMAKE_SYSTEM_PROCESSOR ${processor%:*})" >"$scratch/toolchain.cmake"
  one=$("$bootstrap" --print-prefix --toolchain "$scratch/toolchain.cmake")
  two=$(bash "$scratch/bootstrap" --print-prefix --toolchain "$scratch/toolchain.cmake")
  expect "another change for 32-bit Arm, the prefix for ${processor%:*}" "${processor#*:}" \
    "$([ "$one" = "$two" ] && echo same || echo differs)"
done

# An archive with another hash gets nowhere near a compiler.
mkdir "$scratch/archives"
echo 'not XNNPACK' >"$scratch/archives/xnnpack_0.0~git20241108.4ea82e5.orig.tar.xz"
message=$("$bootstrap" --no-packages --sources "$scratch/archives" 2>&1)
expect 'exit code for a wrong hash' 1 $?
expect_text 'wrong hash' \
  'expected 90bde2caef0f880f627bab0dc805a86c4b8070cd98e3243db3046ab3f3be1a99, found' "$message"
expect_text 'wrong hash' "$(sha256sum <"$scratch/archives/xnnpack_0.0~git20241108.4ea82e5.orig.tar.xz" | cut -d' ' -f1)" "$message"
expect 'the cache after a wrong hash' '' "$(ls "$OCTAVO_CACHE/archives" "$OCTAVO_CACHE/src" | grep -v :)"
expect 'nothing half-made is left' '' "$(ls -d "$OCTAVO_CACHE"/scratch.* 2>/dev/null)"

# One that lies in the cache already is checked as well.
cp "$scratch/archives/"* "$OCTAVO_CACHE/archives/"
mkdir "$scratch/empty"
message=$("$bootstrap" --no-packages --sources "$scratch/empty" 2>&1)
expect 'exit code for a wrong hash in the cache' 1 $?
expect_text 'wrong hash in the cache' 'is refused: SHA-256 expected 90bde2ca' "$message"

rm "$OCTAVO_CACHE/archives/"*
message=$("$bootstrap" --no-packages --sources "$scratch/empty" 2>&1)
expect 'exit code for no archive' 1 $?
expect_text 'no archive' xnnpack_0.0~git20241108.4ea82e5.orig.tar.xz "$message"
finish
