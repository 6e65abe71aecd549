# scripts/size-report on a map that is written out here.
. "$(dirname "$0")/../scripts/expect.sh"
command -v python3 >/dev/null || { echo 'skipped: python3 is absent'; exit 77; }

cat >"$scratch/a.map" <<'MAP'
Discarded input sections

 .text.unused   0x0000000000000000      0x999 runtime/liboctavo.a(add.c.o)

Linker script and memory map

.text           0x0000000000401000      0x160
 .text.octavo_run
                0x0000000000401000       0x20 runtime/liboctavo.a(session.c.o)
 .text.xnn_f32_vadd_minmax_ukernel__avx_u16
                0x0000000000401020       0x40 /cache/lib/libmicrokernels-prod.a(avx.c.o)
 .text.xnn_delete_operator
                0x0000000000401060       0x80 /cache/lib/libXNNPACK.a(operator-delete.c.o)
 *fill*         0x00000000004010e0       0x10 
 .text          0x00000000004010f0       0x10 /usr/lib/libc.a(exit.lo)

.rodata         0x0000000000402000       0x48
 .rodata.cst8   0x0000000000402000        0x8 /usr/lib/libz.a(inflate.o)
 .rodata.octavo_model_inside
                0x0000000000402008       0x40 runtime/run/CMakeFiles/octavo-run-a.dir/octavo-run-a_model.c.o

.bss            0x0000000000403000     0x1000
 .bss           0x0000000000403000     0x1000 /usr/lib/libz.a(inflate.o)
MAP
expect 'table' "$(printf '%s\n' 'XNNPACK operators 128 39.0 %' 'XNNPACK f32 vadd 64 19.5 %' \
  'model inside 64 19.5 %' 'octavo runtime: session.c 32 9.8 %' 'libc 16 4.9 %' 'padding between sections 16 4.9 %' \
  'zlib 8 2.4 %' 'all 328')" "$("$root/scripts/size-report" "$scratch/a.map" | sed '/^$/,$d' | tr -s ' ')"
echo hello >"$scratch/text"
expect_text 'no map' 'expected a program or a map' "$("$root/scripts/size-report" "$scratch/text" 2>&1)"
expect_text 'no file' 'No such file' "$("$root/scripts/size-report" "$scratch/absent" 2>&1)"
finish
