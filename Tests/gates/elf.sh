#!/bin/sh
# The file is what a distribution expects of a shared library, and needs nothing of Swift.
set -eu

library=$LIB_DIR/libresponses.so
limit=655360 # 640 KiB: it grows by decision alone; 51 KiB of it are recording (docs/adr/0019-recording.md), 46 files (docs/adr/0021-files.md), 34 sessions (docs/adr/0015-websocket.md), 42 tool loops, 24 observation, 9 webhooks, 5 several servers, 5 decoding
readelf -dlW "$library" > "$SCRATCH/elf"

failed=0
expect() {
    grep -Eq "$1" "$SCRATCH/elf" || { echo "   not found: $2" && failed=1; }
}
refuse() {
    ! grep -E "$1" "$SCRATCH/elf" || { echo "   must not be there: $2" && failed=1; }
}
expect '\(SONAME\).*\[libresponses\.so\.0\]' "soname libresponses.so.0"
expect '\(FLAGS_1\).*NOW' "flag NOW"
expect '\(FLAGS_1\).*NODELETE' "flag NODELETE"
expect 'GNU_RELRO' "read-only relocations"
expect 'GNU_STACK.* RW ' "a stack that is not executable"
refuse '\((RPATH|RUNPATH)\)' "a search path"
refuse 'TEXTREL' "text relocations"

if grep '(NEEDED)' "$SCRATCH/elf" |
    grep -Ev '\[(libcurl\.so\.4|libjansson\.so\.4|libc\.so\.6)\]'; then
    echo "   more libraries are needed than curl, jansson and libc"
    failed=1
fi

# An old system must be able to load what a new one has built.
newest=$(objdump -T "$library" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
if [ "$(printf '%s\nGLIBC_2.25\n' "$newest" | sort -V | tail -n 1)" != GLIBC_2.25 ]; then
    echo "   needs $newest, more than GLIBC_2.25"
    failed=1
fi

size=$(stat -L -c %s "$library")
[ "$size" -le "$limit" ] || { echo "   $size bytes, more than $limit" && failed=1; }
if readelf -SW "$library" | grep -q '\.symtab\|\.debug_info'; then
    echo "   not stripped"
    failed=1
fi

# The debug file is found by its name and checked by its checksum; gdb would refuse another one.
readelf -SW "$library" | grep -q '\.gnu_debuglink' || { echo "   no debug link" && failed=1; }
build_id() { readelf -nW "$1" | sed -n 's/.*Build ID: //p'; }
debug=$(readlink -f "$library").debug
if [ ! -e "$debug" ] || [ "$(build_id "$library")" != "$(build_id "$debug")" ]; then
    echo "   no debug file of the same build"
    failed=1
fi

glibc=$(objdump -T "$library" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
echo "   $size bytes; needs $(grep -c '(NEEDED)' "$SCRATCH/elf") libraries, and of glibc $glibc"
exit $failed
