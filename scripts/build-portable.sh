#!/bin/sh
# Builds the library for systems other than this one, into build/portable: its references to libcurl
# have no symbol version, because Debian's CURL_OPENSSL_4 is not there elsewhere, nor those to jansson. It
# is linked against stand-ins of both that have the functions we use and nothing else.
set -eu
cd "$(dirname "$0")/.."

[ -e build/lib/libresponses.so ] || scripts/build-lib.sh
stub=$PWD/build/portable/stub
mkdir -p "$stub"
# stand_in NAME SONAME PREFIX
stand_in() {
    nm -D --undefined-only build/lib/libresponses.so |
        sed -n "s/.* \\($3_[a-z_]*\\).*/void \\1(void) {}/p" > "$stub/$1.c"
    cc -shared -fPIC -nostdlib -Wl,-soname,"$2" "$stub/$1.c" -o "$stub/lib$1.so"
}
stand_in curl libcurl.so.4 curl
stand_in jansson libjansson.so.4 json
for name in curl jansson; do
    package=$name
    [ "$name" != curl ] || package=libcurl
    cat > "$stub/$package.pc" << END
Name: $package
Description: a stand-in for linking
Version: $(pkg-config --modversion "$package")
Libs: -L$stub -l$name
Cflags: $(pkg-config --cflags "$package")
END
done

PKG_CONFIG_PATH=$stub swift build -c release --disable-local-rpath --product responses \
    --scratch-path .build-portable
strip --strip-all -o build/portable/libresponses.so.0 .build-portable/release/libresponses.so
