# Programs with a model inside do what octavo-run does with the file: $2 is octavo-run, then pairs of
# a program and the file that is inside. Programs for another processor run in OCTAVO_EMULATOR.
. "$(dirname "$0")/../scripts/expect.sh"
octavo_run=$2
shift 2
emulated() { ${OCTAVO_EMULATOR:-} "$@"; }
run() { emulated "$octavo_run" "$@"; }

# Layers, kernels and threads of a run on an empty input, without what differs between runs.
kernels() { "$@" --profile --json --threads 2 | grep -E '"(layer|operator|kernel|threads)"'; }

while [ $# -gt 1 ]; do
  # Every layer is set up and run: one whose kernel was left out fails or traps.
  expected=$(kernels run "$2")
  expect_text "$2: octavo-run ran it" '"kernel"' "$expected"
  expect "$1: layers and kernels" "$expected" "$(kernels emulated "$1" 2>&1)"
  expect "$1 --info" "$(run "$2" --info)" "$(emulated "$1" --info)"
  expect_text "$1 --help" 'Usage: octavo-run [options] [IMAGE...]' "$(emulated "$1" --help)"
  if [[ $2 == */models/* ]]; then
    expect "$1 --verify" "$(run "$2" --verify)" "$(emulated "$1" --verify)"
  fi
  shift 2
done
finish
