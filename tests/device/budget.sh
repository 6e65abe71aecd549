# budget.sh PROGRAM BYTES [STRIP]: fails unless the program is static and, stripped, no larger. STRIP is
# the strip of the program's processor.
set -u
program=$1 budget=$2 strip=${3:-strip}
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
"$strip" -o "$stripped" "$program" || exit 1
size=$(stat -c %s "$stripped")
if LC_ALL=C readelf -lW "$stripped" | grep -q INTERP; then
  echo "$program: expected a static program, found one that needs a loader" >&2
  exit 1
fi
echo "$program: $size bytes stripped, budget $budget"
if [ "$size" -gt "$budget" ]; then
  echo "$program: expected at most $budget bytes, found $size; scripts/size-report $program.map shows where" >&2
  exit 1
fi
