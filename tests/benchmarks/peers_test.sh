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

# Sizes: of this program and of the same without symbols.
program=$2
strip -o "$scratch/bare" "$program"
output=$("$peers/sizes" "whole=$program" "bare one=$scratch/bare")
expect 'exit code of sizes' 0 $?
row() { tail -n +3 <<<"$output" | sed -n "$1p" | tr -d ', ' | cut -d '|' -f 2,4,5; }
bare_bytes=$(stat -c %s "$scratch/bare")
expect 'sizes of the program' "whole|$(stat -c %s "$program")|$bare_bytes" "$(row 1)"
expect 'sizes of the stripped one' "bareone|$bare_bytes|$bare_bytes" "$(row 2)"
message=$("$peers/sizes" "whole=$program" "text=$peers/run" 2>&1)
expect 'exit code of sizes for a text' 1 $?
expect 'sizes of a text' "sizes: $peers/run: expected a program or a shared library (ELF)" "$message"
message=$("$peers/sizes" "$program" 2>&1)
expect 'exit code of sizes for a file without a name' 2 $?
expect_text 'sizes of a file without a name' 'expected NAME=FILE' "$message"

if ! command -v node >/dev/null; then
  echo 'skipped the rest: node is absent'
  finish && exit 77
  exit 1
fi

# Stand-ins: every run of Octavo takes 2 ms, every run of ONNX Runtime 5 ms. A process without a
# model answers after 1 ms (Node 40 ms) with 2 MB (50 MB); with a model and in the static program
# as the table below says.
cp "$peers"/*.js "$peers"/*.json "$scratch/"
mkdir -p "$scratch/models" "$scratch/node_modules/onnxruntime-node"
echo '{"version": "0.0.0"}' >"$scratch/node_modules/onnxruntime-node/package.json"
stand_in() { # milliseconds
  cat <<END
console.log('{"create_ms": 2, "first_ms": $1}');
require('readline').createInterface({ input: process.stdin })
  .on('line', (n) => console.log(JSON.stringify(Array(Number(n)).fill($1))));
END
}
stand_in 5 >"$scratch/ort_worker.js"
{ echo '#!/usr/bin/env node'; stand_in 2; } >"$scratch/octavo-bench"
cat >"$scratch/first-answer" <<'END'
#!/bin/sh
answer() { echo "text"; echo "{\"first_answer_ms\": $1, \"peak_bytes\": $2}"; }
case "$*" in
  "-- RUN --version") answer 1 2000000 ;;
  "-- STATIC --version") answer 0.5 1000000 ;;
  *node" -e "*) answer 40 50000000 ;;
  "-- RUN "*resnet18-224-int8.octavo*) # once less
    if mkdir "$0.seen" 2>/dev/null; then answer 9 6800000; else answer 11 8000000; fi ;;
  "-- RUN "*-int8.octavo" "*.png*) answer 11 8000000 ;;
  "-- RUN "*-float.octavo*) answer 14 30000000 ;;
  "-- STATIC "*-int8.octavo*) answer 6 6500000 ;;
  *ort_worker.js*-float.onnx" 1 "*) answer 120 110000000 ;;
  *ort_worker.js*-s8.onnx*) answer 100 90000000 ;;
  *ort_worker.js*-u8.onnx*) answer 90 100000000 ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
END
chmod +x "$scratch/octavo-bench" "$scratch/first-answer"
for network in resnet8 resnet20 resnet18-224; do
  for file in float.octavo int8.octavo float.onnx u8.onnx s8.onnx; do
    echo model >"$scratch/models/$network-$file"
  done
done
truncate -s 1000000 "$scratch/models/resnet18-224-int8.octavo"
compare() {
  node "$scratch/compare.js" --bench "$scratch/octavo-bench" --run RUN \
    --first-answer "$scratch/first-answer" --models "$scratch/models" --out "$scratch/out" \
    --starts 2 "$@" 2>&1
}
one() { compare --networks resnet8 --threads 1 --seconds 0.1 "$@"; }
output=$(one --command 'the command')
expect 'exit code of compare.js' 0 $?
expect_text 'table' '| resnet8 | 2.000 | 2.000 | 5.000 | 5.000 | 5.000 | 1.00x | 2.50x | 2.50x (2.50 to 2.50)' "$output"
expect_text 'start-up table' '| resnet8 | 11.0 / 10.0 | 14.0 / 13.0 | 120.0 / 80.0 | 100.0 / 60.0 | 90.0 / 50.0 | 8.18x (8.18 to 8.18) u8 | 5.00x (5.00 to 5.00) u8 |' "$output"
expect_text 'start-up without a model' '| no model | 1.000 | 1.000 | 40.0 | 40.0 | 40.0 |' "$output"
expect_text 'memory table' '| resnet8 | 8.0 / 6.0 | 30.0 / 28.0 | 110.0 / 60.0 | 90.0 / 40.0 | 100.0 / 50.0 | 11.25x (11.25 to 11.25) s8 | 6.67x (6.67 to 6.67) s8 |' "$output"
expect_text 'heading' 'Command: `the command`' "$output"
expect 'results.md' "$(cat "$scratch/out/results.md")" "$(printf '%s\n' "$output" | sed '/^resnet8: starts, 1 thread$/d')"
expect 'ratio in results.json' 2.5 "$(node -p \
  "require('$scratch/out/results.json').networks[0].latency[1].speedup.ort_u8.ratio")"

# Goals: 10 ms for ResNet-20; for ResNet-18 the file, here 1 MB, and 6 MB.
output=$(compare --networks resnet20,resnet18-224 --only-starts --static STATIC)
expect 'exit code of --only-starts' 0 $?
expect 'latency with --only-starts' '' "$(grep 'per image' <<<"$output")"
expect_text 'time goal that is missed' '- resnet20, Octavo int8: first answer after 11.0 ms (slowest 11.0), goal 10 ms: **missed**' "$output"
expect_text 'time goal that is met' '- resnet20, Octavo int8, static program: first answer after 6.000 ms (slowest 6.000), goal 10 ms: met' "$output"
expect_text 'memory goal that is missed' '- resnet18-224, Octavo int8: at most 8.0 MB resident, the file + 7.0 MB, goal file + 6 MB: **missed**' "$output"
expect_text 'memory goal that is met' '- resnet18-224, Octavo int8, static program: at most 6.5 MB resident, the file + 5.5 MB, goal file + 6 MB: met' "$output"
expect_text 'static program in the table' '| resnet20 | 11.0 / 10.0 | 6.000 / 5.500 | 14.0 / 13.0 |' "$output"

# A worker that dies is a failure, not a table; so is a process that cannot be started.
echo 'process.exit(1)' >"$scratch/ort_worker.js"
message=$(one)
expect 'exit code when a peer fails' 1 $?
expect_text 'when a peer fails' 'ended without an answer' "$message"
message=$(compare --networks resnet8 --only-starts --static OTHER)
expect 'exit code when a start fails' 1 $?
expect_text 'when a start fails' 'unexpected: -- OTHER' "$message"
finish
