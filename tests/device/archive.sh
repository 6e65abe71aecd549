# What the tests of scripts/cross share. Sourced after expect.sh.

# Runs a program on a processor that $emulator knows, or, if it is called native, on this machine.
on() { # CPU, program, arguments...
  local cpu=$1
  shift
  if [ "$cpu" = native ]; then "$@"; else "$emulator" -cpu "$cpu" "$@"; fi
}

skip() {
  echo "skipped: $*"
  exit 77
}

# Skips the test unless scripts/cross can build with these arguments.
need_set_up() { # target, options...
  local output
  output=$("$root/scripts/cross" "$@" --is-set-up 2>&1) || skip "$output"
}

# Runs scripts/cross and unpacks what it leaves; sets archive to the folder.
make_archive() { # target, options...
  local made
  export CMAKE_C_COMPILER_LAUNCHER
  CMAKE_C_COMPILER_LAUNCHER=$(command -v ccache)
  if ! "$root/scripts/cross" "$@" --output "$scratch/dist" >"$scratch/log" 2>&1; then
    tail -n 40 "$scratch/log" >&2
    exit 1
  fi
  made=$(sed -n 's/^cross: done: //p' "$scratch/log")
  expect "archive of $*" "$scratch/dist/octavo-$version-$1$(archive_suffix "${@:2}").tar.gz" "$made"
  archive=$scratch/unpacked/$(basename "$made" .tar.gz)
  mkdir -p "$scratch/unpacked"
  tar -xzf "$made" -C "$scratch/unpacked" || exit 1
}

archive_suffix() { # options
  local option
  for option; do
    case $option in --static | --no-images) printf '%s' "${option/--/-}" ;; esac
  done
}

# Expects the files of an archive but examples and documents, and the libraries whose licences it has.
expect_content() { # archive, kind in words, its files, libraries
  expect "files of the $2 archive" "$(tr -s ' \n' '\n' <<<"$3" | sed '/^$/d' | sort)" \
    "$(cd "$1" && find . -path ./share -prune -o ! -type d -print | sed 's,^\./,,' | sort)"
  expect "licences in the $2 archive" "$4" \
    "$(sed -n 's/^==== //p' "$1/share/doc/octavo/copyright" | tr '\n' ' ' | sed 's/ $//')"
  expect "Octavo's own licence in the $2 archive" "$(cat "$root/LICENSE")" "$(cat "$1/share/doc/octavo/LICENSE")"
  expect "the example in the $2 archive" yes "$([ -s "$1/share/octavo/examples/classify.c" ] && echo yes)"
  expect "the $2 archive names no folder of this machine" '' "$(grep -rlI -e "$root" -e "$scratch" "$1")"
}

version=$(sed -n 's/^#define OCTAVO_VERSION "\(.*\)"/\1/p' "$root/include/octavo.h")
