# An emulated processor gives the answers of this machine, bit for bit. $2 is octavo-run for that
# processor, $3 what host_answers.sh made.
. "$(dirname "$0")/../scripts/expect.sh"
run=$2 folder=$3
[ -f "$folder/done" ] || { echo 'skipped: nothing of this machine to compare with'; exit 77; }

emulated() { ${OCTAVO_EMULATOR:-} "$run" "$@"; }

for model in "$folder"/*.octavo; do
  file=$(basename "$model") pictures=pictures
  expect "$file --verify" "$(cat "${model%.octavo}.verify")" "$(emulated "$model" --verify 2>&1)"
  case $file in
    *-float.octavo | *-dynamic.octavo) continue ;;
    *-large.octavo) pictures=picture ;;
  esac
  answers=$(emulated "$model" "$folder/$pictures"/* --json --threads 2 2>&1)
  expect "$file" "$(cat "${model%.octavo}.answers")" \
    "$(grep -E '"(index|label|probability|width|height)"' <<<"$answers")"
done
finish
