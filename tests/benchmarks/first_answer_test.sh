# octavo-first-answer: times and memory of commands that take a known share of both.
. "$1/tests/scripts/expect.sh"
first_answer=$2

measure() { "$first_answer" -- "$@" 2>"$scratch/message"; }
# number KEY TEXT: of the JSON in the last line.
number() { tail -n 1 <<<"$2" | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
between() { # WHAT LOW HIGH FOUND
  if [ -z "$4" ] || [ "$4" -lt "$2" ] || [ "$4" -gt "$3" ]; then
    printf '%s: expected %s to %s, found "%s"\n' "$1" "$2" "$3" "$4" >&2
    errors=$((errors + 1))
  fi
}

# The first answer counts, not the end; a program that ends at once is not enough either.
output=$(measure "$BASH" -c 'sleep 0.3; echo one; sleep 3; echo two')
expect 'exit code' 0 $?
expect 'output that is passed on' $'one\ntwo' "$(head -n 2 <<<"$output")"
between 'milliseconds to the first answer' 300 3000 "$(number first_answer_ms "$output")"

# 100 MB in one variable; the shell itself has less than 20.
output=$(measure "$BASH" -c 'printf -v text "%0100000000d" 0; echo done')
between 'peak of a large process' 100000000 400000000 "$(number peak_bytes "$output")"
output=$(measure "$BASH" -c 'echo done')
between 'peak of a small process' 500000 20000000 "$(number peak_bytes "$output")"
expect 'standard input' '0' "$(measure "$BASH" -c 'wc -c' <"$1/README.md" | head -n 1)"

refuse() { # WHAT PART COMMAND...
  local what=$1 part=$2 found
  shift 2
  found=$(measure "$@")
  expect "exit code of $what" 1 $?
  expect "result of $what" '' "$(number peak_bytes "$found")"
  expect_text "$what" "$part" "$(cat "$scratch/message")"
}
refuse 'a program that is not there' 'No such file' "$scratch/none"
refuse 'a program that fails' 'expected exit code 0, found 3' "$BASH" -c 'echo text; exit 3'
refuse 'a program that is killed' 'signal 9' "$BASH" -c 'echo text; kill -9 $$'
refuse 'a program that is silent' 'wrote nothing' "$BASH" -c true
message=$("$first_answer" 2>&1)
expect 'exit code without a command' 2 $?
expect_text 'without a command' 'COMMAND is missing' "$message"
finish
