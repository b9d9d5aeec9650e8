#!/bin/sh
# Builds the library for a machine of another kind, into build/portable/ARCH, like scripts/build-portable.sh:
# without symbol versions of libcurl and jansson.
#   build-cross.sh aarch64
# Swift's toolchain has no Embedded standard library for aarch64 Linux, but one for aarch64 without a system,
# which is all that Embedded Swift needs; C comes from Debian's cross compiler. SwiftPM cannot be told so, which
# is why the compiler is called here. Sources and options are those of Package.swift.
set -eu
cd "$(dirname "$0")/.."

arch=$1
[ "$arch" = aarch64 ] || {
    echo "ARCH=$arch: only aarch64 can be built besides this machine's own kind." >&2
    exit 1
}
scripts/deps.sh "$arch"
root=$PWD
system=/usr/aarch64-linux-gnu
swift_target=aarch64-none-none-elf
out=$root/build/portable/$arch
rm -rf "$out"
mkdir -p "$out/stub" "$out/headers"

# The headers of libcurl and jansson are the same for all kinds. They are found by pkg-config, or where Debian
# has them; a folder of their own keeps this machine's other headers out.
for header in curl jansson.h jansson_config.h; do
    case $header in curl) package=libcurl ;; *) package=jansson ;; esac
    for folder in $(pkg-config --variable=includedir "$package") \
        /usr/include/"$(cc -print-multiarch)" /usr/include; do
        [ ! -e "$folder/$header" ] || ln -sfn "$folder/$header" "$out/headers/$header"
    done
done

same_bytes="-ffile-prefix-map=$root=."
for source in Sources/CPlatform/*.c; do
    clang --target=aarch64-linux-gnu -isystem "$system/include" -ISources/CPlatform/include -O2 -g -gdwarf-4 \
        -fPIC -ffunction-sections "$same_bytes" -c "$source" -o "$out/$(basename "$source" .c).o"
done

# module NAME FOLDER: compiles a module of Swift
module() {
    name=$1
    folder=$2
    find "$folder" -name '*.swift' | LC_ALL=C sort > "$out/$name.sources"
    swiftc -target "$swift_target" -module-name "$name" -package-name responses -swift-version 5 \
        -parse-as-library -enable-experimental-feature Embedded -wmo -Osize -enforce-exclusivity=unchecked \
        -Xfrontend -function-sections -dwarf-version=4 -g -file-prefix-map "$root=." \
        -Xfrontend -no-clang-module-breadcrumbs -Xfrontend -disable-incremental-llvm-codegen \
        -module-cache-path "$out/cache" -I "$out" \
        -Xcc -D__linux__ -Xcc -fPIC -Xcc -fno-omit-frame-pointer \
        -Xcc -isystem -Xcc "$system/include" -Xcc -isystem -Xcc "$out/headers" \
        -Xcc -fmodule-map-file=Sources/CCurl/module.modulemap \
        -Xcc -fmodule-map-file=Sources/CJansson/module.modulemap \
        -Xcc -fmodule-map-file=Sources/CPlatform/include/module.modulemap \
        -Xcc -fmodule-map-file=include/module.modulemap -Xcc -ISources/CPlatform/include \
        -emit-module -emit-module-path "$out/$name.swiftmodule" -c "@$out/$name.sources" -o "$out/$name.o"
}
module Responses Sources/Responses
module ResponsesABI Sources/ResponsesABI

# stand_in NAME PREFIX: a library with the functions that we use and nothing else
stand_in() {
    aarch64-linux-gnu-nm -u "$out"/*.o | sed -n "s/.* \\($2_[a-z0-9_]*\\)$/void \\1(void) {}/p" |
        LC_ALL=C sort -u > "$out/stub/$1.c"
    aarch64-linux-gnu-gcc -shared -fPIC -nostdlib "-Wl,-soname,lib$1.so.4" "$out/stub/$1.c" \
        -o "$out/stub/lib$1.so"
}
stand_in curl curl
stand_in jansson json

aarch64-linux-gnu-gcc -shared -fuse-ld=lld -B "$(dirname "$(command -v ld.lld)")" -o "$out/libresponses.so" "$out"/*.o -L"$out/stub" \
    -Wl,--version-script=abi/responses.map -Wl,-soname,libresponses.so.0 -Wl,-z,defs -Wl,-z,text \
    -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete -Wl,--gc-sections -Wl,--icf=all \
    -Wl,--build-id=sha1 -Wl,--as-needed -lcurl -ljansson -lm
aarch64-linux-gnu-strip --strip-all -o "$out/libresponses.so.0" "$out/libresponses.so"
