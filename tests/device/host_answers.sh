# Makes what emulated processors are held against: int8 models of many networks, and this machine's
# answers to pictures. $2: the folder with the programs of a build for this machine; $3: the folder to
# write. What is newer than these programs, the networks and this script stays.
. "$(dirname "$0")/../scripts/expect.sh"
tools=$2 folder=$3
for program in octavo-{run,convert,make-network,make-images}; do
  [ -x "$tools/$program" ] || {
    echo "skipped: no $tools/$program, a program of this machine to compare with: see OCTAVO_HOST_TOOLS"
    exit 77
  }
done
is_current() {
  local source
  for source in "$0" "$tools"/octavo-{run,convert,make-network,make-images} "$root"/{models/*.octavo,tests/data/zoo/*.onnx}; do
    [ "$folder/done" -nt "$source" ] || return 1
  done
}
! is_current || exit 0
rm -rf "$folder"
mkdir -p "$folder/pictures" "$folder/picture"

logged() { "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }; }

logged "$tools/octavo-make-images" "$scratch/set" --count 1 --size 64
find "$scratch/set/train" -name '*.png' | sort | head -n 3 | while read -r picture; do
  cp "$picture" "$folder/pictures/$(basename "$(dirname "$picture")").png"
done
cp "$root"/tests/fuzz/corpus/image/{baseline,gray,progressive}.jpg "$folder/pictures/"
# A wide one of noise, to be scaled down.
{
  printf 'P6\n300 250\n255\n'
  head -c $((300 * 250 * 3)) "$root/models/resnet20-cifar10.onnx"
} >"$folder/pictures/noise.ppm"
cp "$folder/pictures/noise.ppm" "$folder/picture/"

# convert NAME NETWORK [OPTION...]
convert() {
  local name=$1
  shift
  logged "$tools/octavo-convert" "$@" -o "$folder/$name.octavo"
}
readonly INT8=(--calib "$scratch/set" --calib-count 4 --correct none)
cp "$root"/models/*.octavo "$folder/"
# Small versions of torchvision's networks: all operators.
for network in "$root"/tests/data/zoo/*.onnx; do
  convert "$(basename "$network" .onnx)-small" "$network" "${INT8[@]}"
done
# As large as they are used; emulated, one picture takes seconds.
for name in resnet18 mobilenetv2; do
  logged "$tools/octavo-make-network" "$name" -o "$scratch/$name.onnx"
  convert "$name-large" "$scratch/$name.onnx" "${INT8[@]}"
done
# Floating point sums differ in their last bits: these are verified, and within bounds.
convert resnet20-float "$root/models/resnet20-cifar10.onnx" --mode float
convert resnet20-dynamic "$root/models/resnet20-cifar10.onnx" --mode dynamic

for model in "$folder"/*.octavo; do
  "$tools/octavo-run" "$model" --verify >"${model%.octavo}.verify" || exit 1
  pictures=pictures
  [[ $model != *-large.octavo ]] || pictures=picture
  "$tools/octavo-run" "$model" "$folder/$pictures"/* --json >"$scratch/answers" || exit 1
  grep -E '"(index|label|probability|width|height)"' "$scratch/answers" >"${model%.octavo}.answers"
done
touch "$folder/done"
