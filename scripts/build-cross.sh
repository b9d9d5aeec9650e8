#!/bin/sh
# Builds the library for a machine of another kind, into build/portable/ARCH, like scripts/build-portable.sh:
# without symbol versions of libcurl and jansson.
#   build-cross.sh aarch64
# C is compiled with the headers of Debian's cross compiler, which links too.
set -eu
cd "$(dirname "$0")/.."

arch=$1
root=$PWD
out=$root/build/portable/$arch
rm -rf "$out"
mkdir -p "$out/stub"
# Where pkg-config says that the headers are, or where Debian has them.
scripts/cross-objects.sh "$arch" "$out" "$(pkg-config --variable=includedir libcurl)" \
    "$(pkg-config --variable=includedir jansson)" /usr/include/"$(cc -print-multiarch)" /usr/include

for source in Sources/CPlatform/*.c; do
    clang --target=aarch64-linux-gnu -isystem "/usr/aarch64-linux-gnu/include" -ISources/CPlatform/include -O2 -g \
        -gdwarf-4 -fPIC -ffunction-sections "-ffile-prefix-map=$root=." \
        -c "$source" -o "$out/$(basename "$source" .c).o"
done

# stand_in NAME PREFIX: a library with the functions that we use and nothing else
stand_in() {
    aarch64-linux-gnu-nm -u "$out"/*.o | sed -n "s/.* \\($2_[a-z0-9_]*\\)$/void \\1(void) {}/p" |
        LC_ALL=C sort -u > "$out/stub/$1.c"
    aarch64-linux-gnu-gcc -shared -fPIC -nostdlib "-Wl,-soname,lib$1.so.4" "$out/stub/$1.c" \
        -o "$out/stub/lib$1.so"
}
stand_in curl curl
stand_in jansson json

aarch64-linux-gnu-gcc -shared -fuse-ld=lld -B "$(dirname "$(command -v ld.lld)")" \
    -o "$out/libresponses.so" "$out"/*.o -L"$out/stub" \
    -Wl,--version-script=abi/responses.map -Wl,-soname,libresponses.so.0 -Wl,-z,defs -Wl,-z,text \
    -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete -Wl,--gc-sections -Wl,--icf=all \
    -Wl,--build-id=sha1 -Wl,--as-needed -lcurl -ljansson -lm
aarch64-linux-gnu-strip --strip-all -o "$out/libresponses.so.0" "$out/libresponses.so"
