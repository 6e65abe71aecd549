. "$(dirname "$0")/expect.sh"
command -v git >/dev/null || { echo 'skipped: git is absent'; exit 77; }

# A repository of its own, where each rule can be broken.
mkdir -p "$scratch/repository/scripts" "$scratch/repository/platforms"
cd "$scratch/repository" || exit 1
cp "$root/scripts/lint" scripts/
cp "$root/.clang-format" .
git init -q .

lint() { # what to lint is all there is
  git add -A && scripts/lint 2>&1
}

printf 'int good(void);\n' >good.c
printf '#ifdef __linux__\n#endif\n' >platforms/fine.c
output=$(lint)
expect 'exit code for clean files' 0 $?
expect_text 'clean files' ' 0 failed' "$output"

breaks() { # rule, file, text
  printf '%b' "$3" >"$2"
  output=$(lint)
  expect "exit code: $1" 1 $?
  expect_text "$1" "$2" "$output"
  expect_text "$1" ' 1 failed' "$output"
  rm "$2"
}

if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  breaks 'formatting' bad.c 'int   bad( void ) ;\n'
fi
breaks 'operating system' bad.h '#if defined(__APPLE__)\n#endif\n'
breaks 'instruction set' bad.h '#if A\n#elif defined(__AVX2__)\n#endif\n'
breaks 'host name' bad.md 'see http''://mirror.example.net/debian\n'
breaks 'machine path' bad.sh 'cp x /ho''me/me/x\n'
breaks 'an object file' bad.o 'x'
breaks 'half of a file' report.csv.tmp-12-0 'x'
breaks 'shell syntax' scripts/bad '#!/usr/bin/env bash\nif true\n'
finish
