# No instruction beyond what every processor of a target has, but in XNNPACK's kernels for those that
# have it, which say so in their names and are chosen when the program runs. Emulators let some through:
# qemu 7.2 runs vector FMA as a Cortex-A9. $2 is objdump, $3 a program with symbols, $4 the processor.
. "$(dirname "$0")/../scripts/expect.sh"
objdump=$2 program=$3 processor=$4

# Lines of: what an instruction looks like, as extended regular expressions over mnemonic and operands;
# the names of functions that may have it.
armv7='
^vn?fma|^vfn?m[as]	neonfma|neonfp16arith|neonv8|neondot|neoni8mm
^vcvt[anpm]\.|^vrint|^vsel|^v(max|min)nm	neonv8|neonfp16arith|neondot|neoni8mm
^v(s|u|us|su)dot	neondot|neoni8mm
^v(s|u|us)mmla	neoni8mm
^vcvt[bt]?\.f(16\.f32|32\.f16)	neonfp16|neonfma
^v[a-z]*\.f16 	neonfp16arith
^[su]div|^crc32|^lda|^stl|^aes|^sha	never
'
aarch64='
^(s|u|us|su)dot	neondot|neoni8mm
^(s|u|us)mmla	neoni8mm
^f(add|sub|mul|div|ml[as]|n?m(add|sub)|max|min|sqrt|rint|abs|neg|cm|rec|rsq).*(v[0-9]+\.[48]h|[^a-z]h[0-9])	neonfp16arith
^[su]cvtf.*(\.[48]h|[^a-z]h[0-9])|^fcvt[anpmz][su].*(\.[48]h|[^a-z]h[0-9])	neonfp16arith
^(ld|st)(add|clr|set|eor|smax|smin|umax|umin)a?l?[bh]?[^a-z]|^casp?|^swp	^__aarch64_
^ldapr|^sqrdml|^bf(dot|mmla|mlal|cvt)|^crc32|^aes|^sha|[^a-z]z[0-9]+\.|^retaa|^bra[ab]	never
'

"$objdump" -d --no-show-raw-insn "$program" |
  sed -nE 's/^[0-9a-f]+ <(.*)>:$/=\1/p; s/^ *[0-9a-f]+:\t//p' >"$scratch/code"
expect_text 'a program with symbols' '=octavo_session_run' "$(grep -m 1 '^=octavo_session_run' "$scratch/code")"

# Extensions are there at all: else the expressions see nothing.
seen=0
while IFS=$'\t' read -r instruction functions; do
  [ -n "$instruction" ] || continue
  awk -v instruction="$instruction" '/^=/ { name = substr($0, 2); next } $0 ~ instruction { print name ": " $0 }' \
    "$scratch/code" >"$scratch/found"
  seen=$((seen + $(wc -l <"$scratch/found")))
  expect "'$instruction' outside of $functions" '' "$(grep -vE "^[^:]*($functions)" "$scratch/found" | head -n 5)"
done <<<"${!processor}"
expect 'some instructions beyond the baseline' yes "$([ "$seen" -gt 100 ] && echo yes || echo "no: $seen")"
finish
