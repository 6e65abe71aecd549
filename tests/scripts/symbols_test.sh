# Programs that link liboctavo see no name but its own: $2 is the static library, $3 the shared one.
. "$(dirname "$0")/expect.sh"
command -v nm >/dev/null || { echo 'skipped: nm is absent'; exit 77; }

expect 'global symbols of the static library without the prefix' '' \
  "$(nm -g --defined-only "$2" | awk 'NF == 3 && $3 !~ /^_?octavo_/ { print $3 }')"

marked=$(grep -A3 '^OCTAVO_API' "$root/include/octavo.h" | grep -oE '\boctavo_[a-z0-9_]+ *\(' |
  tr -d ' (' | sort -u)
expect 'exported symbols are the ones marked OCTAVO_API' "$marked" \
  "$(nm -D --defined-only "$3" | awk 'NF == 3 { print $3 }' | sed 's/@.*//' | sort -u)"
finish
