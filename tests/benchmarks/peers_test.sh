# benchmarks/peers: its usage, and its tables for programs whose times are known.
. "$1/tests/scripts/expect.sh"
peers=$root/benchmarks/peers

output=$("$peers/run" --help)
expect 'exit code of run --help' 0 $?
expect_text 'run --help' 'usage: benchmarks/peers/run' "$output"
message=$("$peers/run" --no-such-option 2>&1 >/dev/null)
expect 'exit code of run for an unknown option' 2 $?
expect_text 'run with an unknown option' --no-such-option "$message"
expect 'addresses of packages in the lock file' '' "$(grep '"resolved"' "$peers/package-lock.json")"

if ! command -v node >/dev/null; then
  echo 'skipped the rest: node is absent'
  finish && exit 77
  exit 1
fi

# Stand-ins: every run of Octavo takes 2 ms, every run of ONNX Runtime 5 ms.
cp "$peers"/*.js "$peers"/*.json "$scratch/"
mkdir -p "$scratch/models" "$scratch/node_modules/onnxruntime-node"
echo '{"version": "0.0.0"}' >"$scratch/node_modules/onnxruntime-node/package.json"
stand_in() { # milliseconds
  cat <<END
console.log('{"open_ms": 1, "create_ms": 2, "first_ms": $1, "library_ms": 0, "resident_bytes": 1000}');
require('readline').createInterface({ input: process.stdin })
  .on('line', (n) => console.log(JSON.stringify(Array(Number(n)).fill($1))));
END
}
stand_in 5 >"$scratch/ort_worker.js"
{ echo '#!/usr/bin/env node'; stand_in 2; } >"$scratch/octavo-bench"
chmod +x "$scratch/octavo-bench"
for file in float.octavo int8.octavo float.onnx u8.onnx s8.onnx; do
  echo model >"$scratch/models/resnet8-$file"
done
compare() {
  node "$scratch/compare.js" --bench "$scratch/octavo-bench" --models "$scratch/models" \
    --out "$scratch/out" --networks resnet8 --threads 1 --seconds 0.1 --starts 2 "$@" 2>&1
}
output=$(compare --command 'the command')
expect 'exit code of compare.js' 0 $?
expect_text 'table' '| resnet8 | 2.000 | 2.000 | 5.000 | 5.000 | 5.000 | 1.00x | 2.50x | 2.50x (2.50 to 2.50)' "$output"
expect_text 'start-up table' '| resnet8 | 5.000 | 5.000 | 8.000 | 8.000 | 8.000 | 1.60x |' "$output"
expect_text 'heading' 'Command: `the command`' "$output"
expect 'results.md' "$(cat "$scratch/out/results.md")" "$(printf '%s\n' "$output" | sed '/^resnet8: 1 thread$/d')"
expect 'ratio in results.json' 2.5 "$(node -p \
  "require('$scratch/out/results.json').networks[0].latency[1].speedup.ort_u8.ratio")"

# A worker that dies is a failure, not a table.
echo 'process.exit(1)' >"$scratch/ort_worker.js"
message=$(compare)
expect 'exit code when a peer fails' 1 $?
expect_text 'when a peer fails' 'ended without an answer' "$message"
finish
