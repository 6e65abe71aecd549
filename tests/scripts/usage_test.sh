# --help and wrong usage of every script.
. "$(dirname "$0")/expect.sh"
for script in bootstrap cross demo device-libs fetch-dnnl3 fetch-musl fetch-sysroot get-cifar10 lint test; do
  output=$("$root/scripts/$script" --help)
  expect "exit code of $script --help" 0 $?
  expect_text "$script --help" "usage: scripts/$script" "$output"
  message=$("$root/scripts/$script" --no-such-option 2>&1 >/dev/null)
  expect "exit code of $script for an unknown option" 2 $?
  expect_text "$script with an unknown option" --no-such-option "$message"
done
message=$("$root/scripts/demo" --data "$scratch/nothing" 2>&1)
expect 'exit code of demo for a folder that is not there' 1 $?
expect_text 'demo' "$scratch/nothing" "$message"
message=$("$root/scripts/demo" --data 2>&1)
expect 'exit code of demo --data without a folder' 2 $?
for words in ':expected a target' 'riscv:expected x86_64-linux' 'armhf.linux:unknown target' 'armhf-linux aarch64-linux:expected one target' \
  'armhf-linux --jobs many:expected a number' 'armhf-linux --model:--model needs a value'; do
  # shellcheck disable=SC2086
  message=$("$root/scripts/cross" ${words%%:*} 2>&1)
  expect "exit code of cross ${words%%:*}" 2 $?
  expect_text "cross ${words%%:*}" "${words#*:}" "$message"
done
printf '#!/bin/sh\necho riscv64-linux-gnu\n' >"$scratch/cc" && chmod +x "$scratch/cc"
message=$(OCTAVO_CACHE=$scratch/cache "$root/scripts/fetch-musl" --arch arm64 --cc "$scratch/cc" 2>&1)
expect 'exit code of fetch-musl with the compiler of another processor' 1 $?
expect_text 'fetch-musl --cc' 'expected a compiler for aarch64-linux-gnu' "$message"
message=$("$root/scripts/cross" armhf-linux --model "$scratch/absent.octavo" 2>&1)
expect 'exit code of cross for a model that is not there' 1 $?
expect_text 'cross --model' "$scratch/absent.octavo: no such file" "$message"
message=$("$root/scripts/cross" armhf-linux --model "$root/models/resnet8-cifar10.onnx" 2>&1)
expect 'exit code of cross for an ONNX file' 1 $?
expect_text 'cross --model' 'expected an .octavo file' "$message"
message=$("$root/scripts/bootstrap" --jobs many 2>&1)
expect 'exit code of bootstrap --jobs many' 2 $?
finish
