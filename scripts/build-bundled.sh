#!/bin/sh
# Builds the library with all that it needs in it, into build/bundled/ARCH: libcurl, OpenSSL, nghttp2 and zlib
# are linked in and hidden, glibc 2.28 is enough, and nothing else is needed. For wheels and gems.
#   build-bundled.sh ARCH  x86_64, aarch64; one that is not this machine's is compiled across
#
# It exports the functions of responses.h. Those of responses_jansson.h would hand out trees of a jansson
# that the caller cannot reach to free them, and are left out, and jansson with them (ADR 10).
set -eu
cd "$(dirname "$0")/.."
arch=$1
case $arch in
    x86_64 | aarch64) ;;
    *) echo "ARCH=$arch: the self-contained library is built for x86_64 and aarch64 only." >&2 && exit 1 ;;
esac

scripts/bundle/dependencies.sh "$arch"
bundle=$PWD/build/bundle/$arch
PATH=$bundle/tools:$PATH
out=build/bundled/$arch
rm -rf "$bundle/objects"
mkdir -p "$bundle/pkgconfig" "$bundle/objects" "$out/licences"

# The Swift sources as in every release build, but with the headers of the bundle's libcurl. What is linked
# there is not used.
if [ "$arch" = "$(uname -m)" ]; then
    cat > "$bundle/pkgconfig/libcurl.pc" << END
Name: libcurl
Description: the bundle's
Version: $(sed -n 's/^#define LIBCURL_VERSION "\(.*\)"/\1/p' "$bundle/include/curl/curlver.h")
Libs: -lcurl
Cflags: -I$bundle/include
END
    PKG_CONFIG_PATH=$bundle/pkgconfig swift build -c release --disable-local-rpath --product responses \
        --scratch-path .build-bundled -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen
    objects=".build-bundled/release/Responses.build/*.o .build-bundled/release/ResponsesABI.build/*.o"
else
    scripts/cross-objects.sh "$arch" "$bundle/swift" "$bundle/include" \
        "$(pkg-config --variable=includedir jansson)" /usr/include
    objects="$bundle/swift/Responses.o $bundle/swift/ResponsesABI.o"
fi
# Compiled anew: the system's headers may ask for a newer glibc.
for file in Sources/CPlatform/*.c; do
    bundle-cc -O2 -fPIC -ffunction-sections -fdata-sections -g0 -std=gnu11 -ISources/CPlatform/include \
        -c "$file" -o "$bundle/objects/$(basename "$file" .c).o"
done

{
    echo "RESPONSES_0 {"
    echo "    global:"
    .venv/bin/python scripts/header.py functions include/responses.h | sed 's/.*/        &;/'
    echo "    local: *;"
    echo "};"
} > "$bundle/exports.map"
grep -q ' responses_create;' "$bundle/exports.map"

library=$out/libresponses.so.0
# shellcheck disable=SC2086 # a list of files
bundle-cc -shared -o "$library.new" "$bundle"/objects/*.o \
    $objects \
    "$bundle/lib/libcurl.a" "$bundle/lib/libssl.a" "$bundle/lib/libcrypto.a" \
    "$bundle/lib/libnghttp2.a" "$bundle/lib/libz.a" -lm -lpthread -ldl \
    -Wl,--version-script="$bundle/exports.map" -Wl,-soname,libresponses.so.0 -Wl,-Bsymbolic \
    -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete -Wl,--gc-sections \
    -Wl,--build-id=none -Wl,-s
chmod 644 "$library.new"
mv "$library.new" "$library"

# The licences of what is in it, and which versions these are.
rm -f "$out"/licences/*
for name in curl openssl nghttp2 zlib; do
    cp "build/bundle/sources/$name/tree/debian/copyright" "$out/licences/LICENSE-$name.txt"
done
cp build/bundle/sources/openssl/tree/LICENSE.txt "$out/licences/LICENSE-Apache-2.0.txt"
set --
for name in curl openssl nghttp2 zlib; do
    set -- "$@" "$name=$(cat "build/bundle/sources/$name/version")"
done
{
    echo "libresponses.so.0 in this package has in it:"
    printf '    %s\n' "$@" | tr '=' ' '
    echo "from Debian's source packages, with Debian's patches. Their licences are beside this file."
} > "$out/licences/LICENSE-bundled.txt"
cat "$out/licences/LICENSE-bundled.txt"
scripts/bundle/outdated.sh "$@"
