# What CMake reads of a model file, and what it refuses: $2 is cmake.
. "$(dirname "$0")/../scripts/expect.sh"
cmake=$2

cat >"$scratch/layers.cmake" <<CMAKE
set(PROJECT_SOURCE_DIR $root)
include($root/platforms/cmake/OctavoDevice.cmake)
octavo_model_layers(\${MODEL} operators layers)
message(STATUS "\${operators}|\${layers}")
CMAKE
layers() { "$cmake" -DMODEL="$1" -P "$scratch/layers.cmake" 2>&1 | sed 's/^-- //' | tr -s '\n ' ' '; }

# Of a target's name, which may not have all that a file's may.
cat >"$scratch/program.cmake" <<CMAKE
set(PROJECT_SOURCE_DIR $root)
include($root/platforms/cmake/OctavoDevice.cmake)
octavo_model_program(program "\${MODEL}")
message(STATUS "\${program}")
CMAKE
expect 'program of a model' '-- octavo-run-my_net.v2' "$("$cmake" -DMODEL="some folder/my net.v2.octavo" -P "$scratch/program.cmake")"

corpus=$root/tests/fuzz/corpus/model
# As octavo-run --info lists them.
expect 'operators of every_operator_int8' \
  'quantize;pad;convolution;max_pool;average_pool;add;concatenation;clip;global_average_pool;reshape;fully_connected;softmax;dequantize' \
  "$(layers "$corpus/every_operator_int8.octavo" | cut -d'|' -f1)"
found=$(layers "$corpus/every_operator_int8.octavo" | cut -d'|' -f2)
for layer in quantize.float32 convolution.int8 depthwise.int8 grouped.int8 dequantize.int8; do
  expect_text 'layers of every_operator_int8' "$layer" "$found"
done
# Its only layer: a 1×1 window with stride 1 and no padding, and one pixel.
for layer in convolution.dynamic pointwise.dynamic few_pixels.dynamic; do
  expect_text 'layers of dynamic' "$layer" "$(layers "$corpus/dynamic.octavo")"
done
expect_text 'layers of elementwise_int8' 'broadcast.int8' "$(layers "$corpus/elementwise_int8.octavo")"
# 3×3 windows, or 1×1 ones with stride 2; 64 pixels at least; sums of equal shapes, with a ReLU.
expect 'layers of ResNet-8' 'convolution add global_average_pool fully_connected' \
  "$(layers "$root/models/resnet8-cifar10.octavo" | cut -d'|' -f2 | tr ';' '\n' | grep -v '[.]' | paste -s -d ' ')"

# The first sum of ResNet-8 with an upper bound of 6 in place of infinity, and with a lower one of -1 in place of 0:
# attributes begin at byte 16 of an operator, 80 bytes of the third section.
model=$root/models/resnet8-cifar10.octavo
operators=$(od -An -tu8 -j $((64 + 24 * 2 + 8)) -N 8 "$model" | tr -d ' ')
sum=$operators
while [ "$(od -An -tu2 -j $((sum + 4)) -N 2 "$model" | tr -d ' ')" != 3 ]; do
  sum=$((sum + 80))
done
for bound in '20 \0\0\300\100' '16 \0\0\200\277'; do
  cp "$model" "$scratch/clamped.octavo"
  printf "${bound#* }" | dd of="$scratch/clamped.octavo" bs=1 seek=$((sum + ${bound%% *})) conv=notrunc 2>/dev/null
  expect_text "a sum with the bound $bound" 'clamped.int8' "$(layers "$scratch/clamped.octavo")"
done

echo hello >"$scratch/text.octavo"
expect_text 'no model' 'expected an Octavo model' "$(layers "$scratch/text.octavo")"

# Opcode 99 in the first operator, at byte 4 of the third section.
model=$corpus/every_operator_int8.octavo
offset=$(od -An -tu8 -j $((64 + 24 * 2 + 8)) -N 8 "$model" | tr -d ' ')
cp "$model" "$scratch/unknown.octavo"
printf '\143' | dd of="$scratch/unknown.octavo" bs=1 seek=$((offset + 4)) conv=notrunc 2>/dev/null
expect_text 'unknown operator' 'operator 0: opcode 99 is not one of' "$(layers "$scratch/unknown.octavo")"

# The list of opcodes that CMake has is the one of format.h.
expect 'operators by opcode' \
  "$(sed -n '/^typedef enum octavo_opcode/,/^} octavo_opcode/p' "$root/runtime/format.h" |
    grep -oE '\bOCTAVO_OP_[A-Z_]+' | sed 's/OCTAVO_OP_//' | tr 'A-Z\n' 'a-z ')" \
  "$(sed -n '/^set(octavo_operators -/,/)/p' "$root/platforms/cmake/OctavoDevice.cmake" | tr -d '()' |
    sed 's/set.*octavo_operators -//' | tr -s ' \n' ' ' | sed 's/^ //')"

# Loops that an operator's own file asks pthreadpool for stay in where it is used.
while read -r file loop; do
  line=$(grep "^$loop:" "$root/runtime/operators/xnnpack_entries.txt") || continue
  operator=$(basename "$file" .c | sed "s,convolution_depthwise3x3,depthwise,")
  expect_text "$loop, called by $operator" " ${operator%%_direct}" "$line "
done < <(cd "$root" && grep -oE 'pthreadpool_parallelize_[a-z0-9_]+' runtime/operators/*.c | sort -u | tr ':' ' ')
finish
