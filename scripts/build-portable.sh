#!/bin/sh
# Builds the library for systems other than this one, into build/portable: its references to libcurl
# have no symbol version, because Debian's CURL_OPENSSL_4 is not there elsewhere. It is linked against
# a stand-in of libcurl that has the functions we use and nothing else.
set -eu
cd "$(dirname "$0")/.."

[ -e build/lib/libresponses.so ] || scripts/build-lib.sh
stub=$PWD/build/portable/stub
mkdir -p "$stub"
nm -D --undefined-only build/lib/libresponses.so | sed -n 's/.* \(curl_[a-z_]*\).*/void \1(void) {}/p' \
    > "$stub/libcurl.c"
cc -shared -fPIC -nostdlib -Wl,-soname,libcurl.so.4 "$stub/libcurl.c" -o "$stub/libcurl.so"
cat > "$stub/libcurl.pc" << END
Name: libcurl
Description: a stand-in for linking
Version: $(pkg-config --modversion libcurl)
Libs: -L$stub -lcurl
Cflags: $(pkg-config --cflags libcurl)
END

PKG_CONFIG_PATH=$stub swift build -c release --disable-local-rpath --product responses \
    --scratch-path .build-portable
strip --strip-all -o build/portable/libresponses.so.0 .build-portable/release/libresponses.so
