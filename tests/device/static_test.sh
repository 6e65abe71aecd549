# The archives of static programs that scripts/cross leaves of one target: what they hold, the programs' sizes,
# and that they answer as this machine's own octavo-run does.
# usage: static_test.sh SOURCE_DIR TARGET EMULATOR TOOLS ARCHITECTURE OCTAVO_RUN OCTAVO_MAKE_IMAGES CPU...
. "$(dirname "$0")/../scripts/expect.sh"
. "$(dirname "$0")/archive.sh"
target=$2 emulator=$3 tools=$4 architecture=$5 octavo_run=$6 make_images=$7
shift 7
cpus=("$@")
need_set_up "$target" --static
[ -x "$emulator" ] || skip "qemu for $target (package qemu-user) is absent"

model=models/resnet20-cifar10.octavo
cd "$root" || exit 1
make_archive "$target" --static --model "$model"
images=$archive
make_archive "$target" --static --no-images --model "$model"
plain=$archive

files='bin/octavo-run bin/octavo-run-resnet20-cifar10 include/octavo.h lib/cmake/octavo/octavoConfig.cmake
  lib/cmake/octavo/octavoConfigVersion.cmake lib/liboctavo.a lib/pkgconfig/octavo.pc'
libraries='XNNPACK pthreadpool cpuinfo FXdiv musl'
expect_content "$images" "$target --static" "$files" "$libraries libjpeg-turbo libpng zlib"
expect_content "$plain" "$target --static --no-images" "$files" "$libraries"

# The programs in the archives are stripped.
within() { # program, budget
  local size folder=${1#"$scratch/unpacked/octavo-$version-"}
  size=$(stat -c %s "$1")
  echo "$target: ${1#"$scratch/unpacked/"}: $size bytes, budget $2"
  expect "$1: needs no loader" '' "$(LC_ALL=C readelf -lW "$1" | grep INTERP)"
  expect "$1: has no symbols" 'no symbols' "$(LC_ALL=C readelf -SW "$1" | grep -q '\.symtab' || echo 'no symbols')"
  [ "$size" -le "$2" ] ||
    expect "$1: bytes (scripts/size-report build/cross/$folder shows where)" "at most $2" "$size"
}
read -r _ run_budget plain_budget inside_budget plain_inside_budget < <(grep "^$target " "$(dirname "$0")/budgets.txt")
within "$images/bin/octavo-run" "$run_budget"
within "$plain/bin/octavo-run" "$plain_budget"
within "$images/bin/octavo-run-resnet20-cifar10" "$inside_budget"
within "$plain/bin/octavo-run-resnet20-cifar10" "$plain_inside_budget"

# Without the times, and what names the file.
answer() { "$@" --json 2>&1 | grep -E '"(index|label|probability|width|height|error)"'; }

"$make_images" "$scratch/set" --count 1 --size 48 >/dev/null || exit 1
mapfile -t pictures < <(find "$scratch/set" -type f | sort | head -n 6)
# A wide one of noise, large enough to be scaled down.
{
  printf 'P6\n# comment\n70 50\n255\n'
  head -c $((70 * 50 * 3)) models/resnet20-cifar10.onnx
} >"$scratch/noise.ppm"
pictures+=("$scratch/noise.ppm" tests/fuzz/corpus/image/{baseline,gray,progressive}.jpg)
expected=$(answer "$octavo_run" "$model" "${pictures[@]}")
expected_noise=$(answer "$octavo_run" "$model" "$scratch/noise.ppm")
expected_verify=$("$octavo_run" "$model" --verify)
expect_text 'octavo-run' '"probability"' "$expected"
expect_text 'octavo-run --verify' 'bit-exact' "$expected_verify"

first=${cpus[0]}
expect 'octavo-run' "$expected" "$(answer on "$first" "$images/bin/octavo-run" "$model" "${pictures[@]}")"
expect 'the model program' "$expected" "$(answer on "$first" "$images/bin/octavo-run-resnet20-cifar10" "${pictures[@]}")"
expect 'octavo-run without JPEG and PNG' "$expected_noise" \
  "$(answer on "$first" "$plain/bin/octavo-run" "$model" "$scratch/noise.ppm")"
expect 'the model program without JPEG and PNG' "$expected_noise" \
  "$(answer on "$first" "$plain/bin/octavo-run-resnet20-cifar10" "$scratch/noise.ppm")"
expect_text 'a PNG image where there is no decoder' 'expected a PPM image (P6), found PNG' \
  "$(on "$first" "$plain/bin/octavo-run" "$model" "${pictures[0]}" 2>&1)"

# A program with musl against the archive's library.
if command -v pkg-config >/dev/null; then
  musl=$(scripts/fetch-musl --print-folder --arch "$architecture" --cc "$tools-gcc")
  decoders=$(scripts/device-libs --print-prefix --toolchain "platforms/toolchains/$target-musl.cmake")
  # Flags are words.
  # shellcheck disable=SC2046
  "$musl/bin/musl-cc" -static -O2 -isystem "$decoders/include" -o "$scratch/classify" \
    "$images/share/octavo/examples/classify.c" \
    $(PKG_CONFIG_LIBDIR=$images/lib/pkgconfig pkg-config --cflags --libs octavo) "$decoders/lib/libjpeg.a"
  expect 'exit code of musl-cc with pkg-config' 0 $?
  # "12 % name": the example rounds to another digit than octavo-run, so the digits behind the point go.
  expect 'classify with musl' \
    "$("$octavo_run" "$model" "${pictures[-1]}" | awk '/%$/ { printf "%d %% %s\n", $2, $1 }' | head -n 3)" \
    "$(on "$first" "$scratch/classify" "$model" "${pictures[-1]}" 2>&1 | grep -oE '[0-9.]+ %  *[a-z]+' | tr -s ' ' | sed 's/\.[0-9]*//')"
fi

for cpu in "${cpus[@]}"; do
  expect "$cpu: octavo-run --verify" "$expected_verify" "$(on "$cpu" "$images/bin/octavo-run" "$model" --verify)"
  for folder in "$images" "$plain"; do
    expect "$cpu: $folder: the model program --verify" "$expected_verify" \
      "$(on "$cpu" "$folder/bin/octavo-run-resnet20-cifar10" --verify --threads 2)"
  done
done
finish
