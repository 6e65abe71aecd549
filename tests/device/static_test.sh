# The static programs for x86-64: their sizes, and that they answer as the ordinary octavo-run does.
# $2 is cmake, $3 a folder to build in, $4 octavo-run, $5 octavo-make-images.
. "$(dirname "$0")/../scripts/expect.sh"
cmake=$2 build=$3 run=$4 make_images=$5
toolchain=$root/platforms/toolchains/x86_64-linux-musl.cmake
budget=$(dirname "$0")/budget.sh

skip() {
  echo "skipped: $*"
  exit 77
}
[ "$(uname -m)" = x86_64 ] || skip 'this is no x86-64'
"$root/scripts/fetch-musl" --print-folder >/dev/null 2>&1 || skip 'musl is absent; scripts/fetch-musl fetches it'
libraries=$("$root/scripts/bootstrap" --print-prefix --toolchain "$toolchain")
images=$("$root/scripts/device-libs" --print-prefix --toolchain "$toolchain")
[ -d "$libraries" ] || skip "XNNPACK for musl is absent; scripts/bootstrap --toolchain $toolchain builds it"
[ -d "$images" ] || skip "the decoders for musl are absent; scripts/device-libs --toolchain $toolchain builds them"

model=models/resnet20-cifar10.octavo
launcher=$(command -v ccache)
build() { # folder, options
  local folder=$1
  shift
  "$cmake" -S "$root" -B "$folder" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DOCTAVO_DEVICE_ONLY=ON -DOCTAVO_BUILD_TESTS=OFF \
    -DOCTAVO_STATIC_PROGRAMS=ON -DCMAKE_BUILD_TYPE=MinSizeRel -DOCTAVO_MODEL="$root/$model" \
    -DCMAKE_C_COMPILER_LAUNCHER="$launcher" "$@" >"$scratch/log" 2>&1 &&
    ninja -C "$folder" octavo-run octavo-run-resnet20-cifar10 >>"$scratch/log" 2>&1 && return
  tail -n 20 "$scratch/log" >&2
  exit 1
}
build "$build/images" -DCMAKE_PREFIX_PATH="$images"
build "$build/plain" -DOCTAVO_RUN_IMAGES=OFF

within() { expect "size of $1" 0 "$(bash "$budget" "$1" "$2" >&2; echo $?)"; }
within "$build/images/bin/octavo-run" 1200000
within "$build/plain/bin/octavo-run" 900000
within "$build/images/bin/octavo-run-resnet20-cifar10" 830000
within "$build/plain/bin/octavo-run-resnet20-cifar10" 690000

# Without the times, and what names the file.
answer() { "$@" --json 2>&1 | grep -E '"(index|label|probability|width|height|error)"'; }

"$make_images" "$scratch/set" --count 1 --size 48 >/dev/null || exit 1
mapfile -t pictures < <(find "$scratch/set" -type f | sort | head -n 6)
# A wide one of noise, large enough to be scaled down.
{
  printf 'P6\n# comment\n70 50\n255\n'
  head -c $((70 * 50 * 3)) "$root/models/resnet20-cifar10.onnx"
} >"$scratch/noise.ppm"
pictures+=("$scratch/noise.ppm")
pictures+=("$root"/tests/fuzz/corpus/image/{baseline,gray,progressive}.jpg)
expected=$(answer "$run" "$root/$model" "${pictures[@]}")
expect_text 'octavo-run' '"probability"' "$expected"
expect 'octavo-run, static' "$expected" "$(answer "$build/images/bin/octavo-run" "$root/$model" "${pictures[@]}")"
expect 'the model program' "$expected" "$(answer "$build/images/bin/octavo-run-resnet20-cifar10" "${pictures[@]}")"

expected=$(answer "$run" "$root/$model" "$scratch/noise.ppm")
expect 'octavo-run without JPEG and PNG' "$expected" \
  "$(answer "$build/plain/bin/octavo-run" "$root/$model" "$scratch/noise.ppm")"
expect 'the model program without JPEG and PNG' "$expected" \
  "$(answer "$build/plain/bin/octavo-run-resnet20-cifar10" "$scratch/noise.ppm")"
expect_text 'a PNG image where there is no decoder' 'expected a PPM image (P6), found PNG' \
  "$("$build/plain/bin/octavo-run" "$root/$model" "${pictures[0]}" 2>&1)"

for program in "$build"/{images,plain}/bin/octavo-run-resnet20-cifar10; do
  expect "$program --verify" "$("$run" "$root/$model" --verify)" "$("$program" --verify --threads 2)"
done
expect 'static octavo-run --verify' "$("$run" "$root/$model" --verify)" \
  "$("$build/images/bin/octavo-run" "$root/$model" --verify)"
finish
