#!/bin/sh
# The library for aarch64: what it needs and exports, and, by qemu, the examples in C and the wheel in Python
# against a sandbox of this machine. Without qemu-aarch64-static it is built and looked at only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

{ make --no-print-directory sandbox && make --no-print-directory portable ARCH=aarch64; } > "$SCRATCH/log" 2>&1 || {
    tail -n 20 "$SCRATCH/log"
    exit 1
}
library=build/portable/aarch64/libresponses.so.0
readelf -hdVW "$library" > "$SCRATCH/elf"
grep -q 'Machine:.*AArch64' "$SCRATCH/elf"
grep -q '(SONAME).*\[libresponses.so.0\]' "$SCRATCH/elf"
grep -q '(FLAGS_1).*NOW.*NODELETE' "$SCRATCH/elf"
if grep '(NEEDED)' "$SCRATCH/elf" |
    grep -Ev '\[(libcurl|libjansson|libc|ld-linux-aarch64)\.so\.[1246]\]'; then
    echo "   more libraries are needed than curl, jansson and libc"
    exit 1
fi
if grep -E 'TEXTREL|CURL_|libjansson\.so\.4_' "$SCRATCH/elf"; then
    echo "   text relocations, or symbol versions of libcurl or jansson"
    exit 1
fi
newest=$(grep -o 'GLIBC_[0-9.]*' "$SCRATCH/elf" | sort -Vu | tail -n 1)
[ "$(printf '%s\nGLIBC_2.28\n' "$newest" | sort -V | tail -n 1)" = GLIBC_2.28 ]
readelf -W --dyn-syms "$library" | awk '$7 != "UND" && $8 ~ /^responses_/ { sub(/@.*/, "", $8); print $8 }' |
    LC_ALL=C sort | diff abi/symbols.txt -
echo "   $(stat -c %s "$library") bytes; needs of glibc $newest"
(cd build/dist && sha256sum --quiet -c SHA256SUMS)

command -v qemu-aarch64-static > /dev/null || {
    echo "   qemu-aarch64-static is not installed: nothing was run"
    exit 0
}

# shellcheck disable=SC1091 # it is looked at by itself
. "$here/qemu.sh"
make_qemu_root

# Compiled against the archive, as a user would.
tar -xf build/dist/libresponses-*-linux-aarch64.tar.gz -C "$SCRATCH" --strip-components=1
python3 -m zipfile -e build/portable/aarch64/libresponses-*_aarch64.whl "$SCRATCH/wheel"
cat > "$SCRATCH/stream.py" << 'END'
from libresponses import OpenAI

client = OpenAI()
for event in client.responses.create(model="sandbox", input="Hi from Python", stream=True):
    if event.type == "response.output_text.delta":
        print(event.delta, end="")
print()
END
cat > "$SCRATCH/use" << 'END'
set -eu
. "$HERE/qemu.sh"
passed=0
for source in examples/c/*.c; do
    name=$(basename "$source" .c)
    # 07 is with the request builder, which is C alone and built from its sources.
    case $name in
        07-*) more="-Ibindings/c $(ls bindings/c/*.c)" ;;
        08-*) continue ;;
        *) more="" ;;
    esac
    aarch64-linux-gnu-gcc -O1 -I"$SCRATCH/include" "$source" $more -L"$SCRATCH/lib" -lresponses \
        -Wl,--unresolved-symbols=ignore-in-shared-libs -o "$SCRATCH/$name"
    by_qemu -E LD_LIBRARY_PATH="$SCRATCH/lib" "$SCRATCH/$name" > "$SCRATCH/answer" 2>&1 || {
        echo "   $name failed:"
        cat "$SCRATCH/answer"
        exit 1
    }
    [ -s "$SCRATCH/answer" ]
    passed=$((passed + 1))
done
echo "   $passed examples in C"
answer=$(python_by_qemu "$SCRATCH/wheel" "$SCRATCH/stream.py")
[ "$answer" = "You said: Hi from Python" ] || { echo "   Python: $answer" && exit 1; }
echo "   Python from the wheel: $answer"
END
HERE=$here scripts/with-sandbox.sh sh "$SCRATCH/use"
