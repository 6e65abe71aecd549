# The exported ResNet-20 in ONNX Runtime against the model file it was made from, on the first
# images of CIFAR-10: layer by layer, and in the classes.
#
#   qdq_test.sh SOURCE octavo-convert qdq_activations PYTHON
#
# ONNX Runtime is taken from NODE_PATH, or from benchmarks/peers/node_modules.
. "$1/tests/scripts/expect.sh"
convert=$2
activations=$3
python=$4
here=$root/tests/converter/qdq
export NODE_PATH=${NODE_PATH:-$root/benchmarks/peers/node_modules}

skip() {
  echo "skipped: $1"
  exit 77
}
command -v node >/dev/null || skip 'node is absent'
node -e "require('onnxruntime-node')" 2>/dev/null || skip "onnxruntime-node is not in $NODE_PATH"
"$python" -c 'import onnx' 2>/dev/null || skip "$python has no onnx"
[ -n "${OCTAVO_CIFAR10_DIR:-}" ] || skip 'OCTAVO_CIFAR10_DIR does not say where CIFAR-10 is'

model=$root/models/resnet20-cifar10.octavo
message=$("$convert" --export-qdq "$model" -o "$scratch/int8.onnx")
expect 'exit code of --export-qdq' 0 $?
expect_text 'what --export-qdq says' '32 of 32 layers int8' "$message"

compare() { # images, how
  "$activations" "$model" "$OCTAVO_CIFAR10_DIR" "$1" "$scratch/a" ${2:+"$2"} &&
    "$python" "$here/probe.py" "$scratch/int8.onnx" "$scratch/a.json" "$scratch/p" &&
    node "$here/compare.js" "$scratch/a" "$scratch/p"
}
compare 50
expect 'exit code of the comparison of layers' 0 $?
compare 1000 ends
expect 'exit code of the comparison of classes' 0 $?
finish
