# The program in README.md compiles with the command printed there and classifies a photo.
# usage: readme_test.sh SOURCE_DIR BUILD_DIR OCTAVO_CONVERT
. "$(dirname "$0")/expect.sh"
build=$2 convert=$3

# The first fenced block of a language, and the commands of README's first `sh` block, as printed.
fenced() {
  awk -v open="\`\`\`$1" '$0 == open { inside = 1; next } inside && /^```/ { exit } inside' "$root/README.md"
}

cd "$scratch"
mkdir -p build demo-out
ln -s "$root/include" include
ln -s "$build" build/release
fenced c >classify.c
fenced sh >commands
cp "$root/tests/fuzz/corpus/image/baseline.jpg" photo.jpg
"$convert" "$root/models/resnet20-cifar10.onnx" --preset cifar10 --mode float --quiet -o demo-out/resnet20-int8.octavo
expect 'exit code of octavo-convert' 0 $?

output=$(sh -e commands 2>&1)
expect 'exit code of the commands in README.md' 0 $?
expect 'lines of its answer' 3 "$(printf '%s\n' "$output" | wc -l)"
expect_text 'its answer' '%  ' "$output"

output=$(./classify demo-out/resnet20-int8.octavo commands 2>&1)
expect 'exit code for a file that is no JPEG' 1 $?
output=$(./classify commands photo.jpg 2>&1)
expect 'exit code for a file that is no model' 1 $?
expect_text 'its message' 'expected' "$output"
finish
