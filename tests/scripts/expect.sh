# What the tests in this folder share. Sourced with the repository's folder as $1; gives $root and
# $scratch, an empty folder that is gone afterwards.
set -u
root=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
errors=0

# expect WHAT EXPECTED FOUND
expect() {
  if [ "$2" != "$3" ]; then
    printf '%s: expected "%s", found "%s"\n' "$1" "$2" "$3" >&2
    errors=$((errors + 1))
  fi
}

# expect_text WHAT PART TEXT: TEXT must contain PART.
expect_text() {
  case $3 in
    *"$2"*) ;;
    *)
      printf '%s: expected text with "%s", found: %s\n' "$1" "$2" "$3" >&2
      errors=$((errors + 1))
      ;;
  esac
}

finish() { [ "$errors" -eq 0 ]; }
