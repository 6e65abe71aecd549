# --help and wrong usage of every script.
. "$(dirname "$0")/expect.sh"
for script in bootstrap demo get-cifar10 lint test; do
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
finish
