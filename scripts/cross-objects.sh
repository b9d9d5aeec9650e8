#!/bin/sh
# Compiles the Swift sources for a machine of another kind: Responses.o and ResponsesABI.o, in a folder.
#   cross-objects.sh aarch64 FOLDER HEADERS...   HEADERS are folders with curl/ and jansson.h
# Swift's toolchain has no Embedded standard library for aarch64 Linux, but one for aarch64 without a system,
# which is all that Embedded Swift needs; libc's headers are those of Debian's cross compiler. SwiftPM cannot be
# told so, which is why the compiler is called here. Sources and options are those of Package.swift.
set -eu
cd "$(dirname "$0")/.."

arch=$1
out=$2
shift 2
[ "$arch" = aarch64 ] || {
    echo "ARCH=$arch: only aarch64 can be built besides this machine's own kind." >&2
    exit 1
}
scripts/deps.sh "$arch"
root=$PWD
mkdir -p "$out/headers"

# The headers of libcurl and jansson are the same for all kinds. A folder of their own keeps this machine's
# other headers out.
for header in curl jansson.h jansson_config.h; do
    for folder; do
        [ ! -e "$folder/$header" ] || { ln -sfn "$folder/$header" "$out/headers/$header" && break; }
    done
done

# module NAME FOLDER: compiles a module of Swift
module() {
    name=$1
    folder=$2
    find "$folder" -name '*.swift' | LC_ALL=C sort > "$out/$name.sources"
    swiftc -target "$arch-none-none-elf" -module-name "$name" -package-name responses -swift-version 5 \
        -parse-as-library -enable-experimental-feature Embedded -wmo -Osize -enforce-exclusivity=unchecked \
        -Xfrontend -function-sections -dwarf-version=4 -g -file-prefix-map "$root=." \
        -Xfrontend -no-clang-module-breadcrumbs -Xfrontend -disable-incremental-llvm-codegen \
        -module-cache-path "$out/cache" -I "$out" \
        -Xcc -D__linux__ -Xcc -fPIC -Xcc -fno-omit-frame-pointer \
        -Xcc -isystem -Xcc "/usr/$arch-linux-gnu/include" -Xcc -isystem -Xcc "$out/headers" \
        -Xcc -fmodule-map-file=Sources/CCurl/module.modulemap \
        -Xcc -fmodule-map-file=Sources/CJansson/module.modulemap \
        -Xcc -fmodule-map-file=Sources/CPlatform/include/module.modulemap \
        -Xcc -fmodule-map-file=include/module.modulemap -Xcc -ISources/CPlatform/include \
        -emit-module -emit-module-path "$out/$name.swiftmodule" -c "@$out/$name.sources" -o "$out/$name.o"
}
module Responses Sources/Responses
module ResponsesABI Sources/ResponsesABI
