# The program in README.md, which is examples/classify.c, compiles with the command printed there and
# classifies a photo.
# usage: readme_test.sh SOURCE_DIR BUILD_DIR
. "$(dirname "$0")/expect.sh"
build=$2

# The first fenced block of a language, and the commands of README's first `sh` block, as printed.
fenced() {
  awk -v open="\`\`\`$1" '$0 == open { inside = 1; next } inside && /^```/ { exit } inside' "$root/README.md"
}

cd "$scratch"
mkdir build
ln -s "$root/include" include
ln -s "$root/models" models
ln -s "$build" build/release
fenced c >classify.c
fenced sh >commands
expect 'how the program in README.md differs from examples/classify.c' '' \
  "$(diff classify.c "$root/examples/classify.c")"
cp "$root/tests/fuzz/corpus/image/baseline.jpg" photo.jpg

output=$(sh -e commands 2>&1)
expect 'exit code of the commands in README.md' 0 $?
expect 'lines of its answer' 3 "$(printf '%s\n' "$output" | wc -l)"
expect_text 'its answer' '%  ' "$output"

output=$(./classify models/resnet20-cifar10.octavo commands 2>&1)
expect 'exit code for a file that is no JPEG' 1 $?
output=$(./classify commands photo.jpg 2>&1)
expect 'exit code for a file that is no model' 1 $?
expect_text 'its message' 'expected' "$output"
finish
