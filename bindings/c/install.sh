#!/bin/sh
# Installs what C and C++ programs need beside libresponses itself: the headers, libresponses-request if it
# was built, and what CMake and pkg-config want to know. `scripts/install.sh uninstall` takes it out again.
#   install.sh install
# PREFIX, LIBDIR, INCLUDEDIR, DOCDIR say where to; DESTDIR is put before all of them. BUILD is where
# libresponses-request was built to.
set -eu
cd "$(dirname "$0")"

build=${BUILD:-../../build}
version=$(../../scripts/version.sh)
major=${version%%.*}
name=libresponses-request
# shellcheck disable=SC1091 # it is looked at by itself
. ../../scripts/installed.sh

# fill TEMPLATE
fill() {
    sed -e "s|@PREFIX@|$PREFIX|" -e "s|@LIBDIR@|$LIBDIR|" -e "s|@INCLUDEDIR@|$INCLUDEDIR|" \
        -e "s|@VERSION@|$version|" -e "s|@MAJOR@|$major|" \
        -e "s|@INCLUDEDIR_FROM_LIBDIR@|$(realpath -m --relative-to="$LIBDIR" "$INCLUDEDIR")|" \
        -e "s|@POINTER_SIZE@|$(($(getconf LONG_BIT) / 8))|" "$1"
}

put 644 "$INCLUDEDIR" responses_request.h responses_loop.h responses_poll.h responses_epoll.h \
    responses_glib.h responses_libevent.h responses_libuv.h ../cpp/responses.hpp
put 644 "$INCLUDEDIR/responses" ../cpp/responses/*.hpp
for file in libresponses-config.cmake libresponses-config-version.cmake; do
    fill "cmake/$file.in" | write "$LIBDIR/cmake/libresponses/$file"
done
if [ -e "$build/lib/$name.so.$version" ]; then
    put 644 "$LIBDIR" "$build/lib/$name.so.$version" "$build/lib/$name.a"
    lead "$name.so.$version" "$LIBDIR/$name.so.$major"
    lead "$name.so.$major" "$LIBDIR/$name.so"
    fill responses-request.pc.in | write "$LIBDIR/pkgconfig/responses-request.pc"
fi
keep_record
