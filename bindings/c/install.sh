#!/bin/sh
# Installs what C and C++ programs need beside libresponses itself, or takes it out again: the headers,
# libresponses-request if it was built, and what CMake and pkg-config want to know.
#   install.sh install|uninstall
# PREFIX, LIBDIR, INCLUDEDIR say where to; DESTDIR is put before all of them. BUILD is where
# libresponses-request was built to.
set -eu
cd "$(dirname "$0")"

build=${BUILD:-../../build}
version=$(../../scripts/version.sh)
major=${version%%.*}
name=libresponses-request
lib=${DESTDIR:-}$LIBDIR
include=${DESTDIR:-}$INCLUDEDIR
headers="responses_request.h responses_loop.h
    responses_poll.h responses_epoll.h responses_glib.h responses_libevent.h responses_libuv.h"

if [ "$1" = uninstall ]; then
    for header in $headers responses.hpp; do
        rm -f "$include/$header"
    done
    rm -rf "$include/responses" "$lib/cmake/libresponses"
    rm -f "$lib/$name.a" "$lib/$name.so" "$lib/$name.so.$major" "$lib/$name.so.$version" \
        "$lib/pkgconfig/responses-request.pc"
    exit
fi

# fill TEMPLATE FILE
fill() {
    sed -e "s|@PREFIX@|$PREFIX|" -e "s|@LIBDIR@|$LIBDIR|" -e "s|@INCLUDEDIR@|$INCLUDEDIR|" \
        -e "s|@VERSION@|$version|" -e "s|@MAJOR@|$major|" \
        -e "s|@INCLUDEDIR_FROM_LIBDIR@|$(realpath -m --relative-to="$LIBDIR" "$INCLUDEDIR")|" \
        -e "s|@POINTER_SIZE@|$(($(getconf LONG_BIT) / 8))|" "$1" > "$2"
    chmod 644 "$2"
}

install -d "$include/responses" "$lib/cmake/libresponses" "$lib/pkgconfig"
# shellcheck disable=SC2086 # a list of files
install -m 644 $headers ../cpp/responses.hpp "$include/"
install -m 644 ../cpp/responses/*.hpp "$include/responses/"
for file in libresponses-config.cmake libresponses-config-version.cmake; do
    fill "cmake/$file.in" "$lib/cmake/libresponses/$file"
done
[ -e "$build/lib/$name.so.$version" ] || exit 0
install -m 644 "$build/lib/$name.so.$version" "$build/lib/$name.a" "$lib/"
ln -sf "$name.so.$version" "$lib/$name.so.$major"
ln -sf "$name.so.$major" "$lib/$name.so"
fill responses-request.pc.in "$lib/pkgconfig/responses-request.pc"
