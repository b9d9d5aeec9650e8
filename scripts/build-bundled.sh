#!/bin/sh
# Builds the library with all that it needs in it, into build/bundled: libcurl, OpenSSL, nghttp2 and zlib
# are linked in and hidden, glibc 2.28 is enough, and nothing else is needed. For wheels and gems.
#   build-bundled.sh       for x86_64
#
# It exports the functions of responses.h. Those of responses_jansson.h would hand out trees of a jansson
# that the caller cannot reach to free them, and are left out, and jansson with them (ADR 10).
set -eu
cd "$(dirname "$0")/.."
arch=$(uname -m)
[ "$arch" = x86_64 ] || { echo "The self-contained library is built on x86_64 only." >&2 && exit 1; }

scripts/bundle/dependencies.sh "$arch"
bundle=$PWD/build/bundle/$arch
PATH=$bundle/tools:$PATH
mkdir -p "$bundle/pkgconfig" "$bundle/objects" build/bundled/licences

# The Swift sources as in every release build, but with the headers of the bundle's libcurl. What is linked
# there is not used.
cat > "$bundle/pkgconfig/libcurl.pc" << END
Name: libcurl
Description: the bundle's
Version: $(sed -n 's/^#define LIBCURL_VERSION "\(.*\)"/\1/p' "$bundle/include/curl/curlver.h")
Libs: -lcurl
Cflags: -I$bundle/include
END
PKG_CONFIG_PATH=$bundle/pkgconfig swift build -c release --disable-local-rpath --product responses \
    --scratch-path .build-bundled -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen
objects=.build-bundled/release
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

library=build/bundled/libresponses.so.0
bundle-cc -shared -o "$library.new" "$bundle"/objects/*.o \
    $objects/Responses.build/*.o $objects/ResponsesABI.build/*.o \
    "$bundle/lib/libcurl.a" "$bundle/lib/libssl.a" "$bundle/lib/libcrypto.a" \
    "$bundle/lib/libnghttp2.a" "$bundle/lib/libz.a" -lm -lpthread -ldl \
    -Wl,--version-script="$bundle/exports.map" -Wl,-soname,libresponses.so.0 -Wl,-Bsymbolic \
    -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete -Wl,--gc-sections \
    -Wl,--build-id=none -Wl,-s
chmod 644 "$library.new"
mv "$library.new" "$library"

# The licences of what is in it, and which versions these are.
rm -f build/bundled/licences/*
for name in curl openssl nghttp2 zlib; do
    cp "build/bundle/sources/$name/tree/debian/copyright" "build/bundled/licences/LICENSE-$name.txt"
done
cp build/bundle/sources/openssl/tree/LICENSE.txt build/bundled/licences/LICENSE-Apache-2.0.txt
{
    echo "libresponses.so.0 in this package has in it:"
    for name in curl openssl nghttp2 zlib; do
        echo "    $name $(cat "build/bundle/sources/$name/version")"
    done
    echo "from Debian's source packages, with Debian's patches. Their licences are beside this file."
} > build/bundled/licences/LICENSE-bundled.txt
cat build/bundled/licences/LICENSE-bundled.txt
