#!/bin/sh
# The self-contained library exports the functions of responses.h, needs nothing but libc, and not a new one;
# it is small, and of its build it has no path. Wheel and gem have it, with the licences of what is in it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

limit=4194304 # 4 MiB
python=.venv/bin/python
library=$BUNDLED/libresponses.so.0
failed=0
wrong() {
    echo "   $*"
    failed=1
}

nm -D --defined-only "$library" | sed 's/.* //; s/@.*//' | grep -v '^RESPONSES_0$' |
    sort > "$SCRATCH/exported"
$python scripts/header.py functions include/responses.h | sort > "$SCRATCH/declared"
diff "$SCRATCH/declared" "$SCRATCH/exported" || wrong "it exports other functions than responses.h declares"

readelf -dlW "$library" > "$SCRATCH/elf"
for word in 'SONAME.*\[libresponses\.so\.0\]' 'FLAGS_1.*NOW.*NODELETE' GNU_RELRO 'GNU_STACK.* RW '; do
    grep -Eq "$word" "$SCRATCH/elf" || wrong "not found: $word"
done
if grep -E 'TEXTREL|RPATH|RUNPATH' "$SCRATCH/elf"; then wrong "must not be there"; fi
if grep '(NEEDED)' "$SCRATCH/elf" |
    grep -Ev '\[(libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux-aarch64\.so\.1)\]'; then
    wrong "more is needed than libc"
fi
newest=$(objdump -T "$library" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
[ "$(printf '%s\nGLIBC_2.28\n' "$newest" | sort -V | tail -n 1)" = GLIBC_2.28 ] ||
    wrong "it needs $newest, more than GLIBC_2.28"
size=$(stat -L -c %s "$library")
[ "$size" -le $limit ] || wrong "$size bytes, more than $limit"
if strings -a "$library" | grep -F -e "$PWD" -e "$HOME/" -e /build/; then
    wrong "a path of the build is in it"
fi

$python -m auditwheel show "$WHEEL" > "$SCRATCH/audit"
tr '\n' ' ' < "$SCRATCH/audit" > "$SCRATCH/line"
tag=$(grep -o '"manylinux_[0-9_a-z]*"' "$SCRATCH/line" | head -n 1)
tag=${tag#\"}
tag=${tag%\"}
case $tag in
manylinux_2_[0-9]_* | manylinux_2_1[0-9]_* | manylinux_2_2[0-8]_*) ;;
*)
    cat "$SCRATCH/audit"
    wrong "auditwheel does not call it manylinux_2_28 or lower"
    ;;
esac

$python -m zipfile -l "$WHEEL" > "$SCRATCH/wheel"
tar -xOf "$GEM" data.tar.gz | tar -tz > "$SCRATCH/gem"
for name in curl openssl nghttp2 zlib Apache-2.0 bundled; do
    for list in wheel gem; do
        grep -q "LICENSE-$name.txt" "$SCRATCH/$list" || wrong "the $list has no LICENSE-$name.txt"
    done
done
$python - "$WHEEL" "$library" << 'END' || wrong "the wheel has another library"
import sys, zipfile
from pathlib import Path
carried = zipfile.ZipFile(sys.argv[1]).read("libresponses/libresponses.so.0")
sys.exit(carried != Path(sys.argv[2]).read_bytes())
END
echo "   library $size bytes, of glibc $newest; wheel $(stat -c %s "$WHEEL") bytes, $tag;" \
    "gem $(stat -c %s "$GEM") bytes"
exit $failed
