#!/bin/sh
# Installs what `make lib` built, or takes it out again.
#   install.sh install|uninstall
# PREFIX, LIBDIR, INCLUDEDIR, DOCDIR say where to; DESTDIR is put before all of them.
set -eu
cd "$(dirname "$0")/.."

version=$(scripts/version.sh)
soname=libresponses.so.${version%%.*}
to=${DESTDIR:-}

if [ "$1" = uninstall ]; then
    rm -f "$to$LIBDIR/libresponses.so" "$to$LIBDIR/$soname" "$to$LIBDIR/libresponses.so.$version" \
        "$to$LIBDIR/pkgconfig/responses.pc" "$to$INCLUDEDIR/responses.h" \
        "$to$INCLUDEDIR/responses_jansson.h"
    rm -rf "$to${DOCDIR:?}"
    exit
fi

if [ ! -e "build/lib/libresponses.so.$version" ]; then
    echo "Nothing built yet: run 'make' first." >&2
    exit 1
fi
install -d "$to$LIBDIR/pkgconfig" "$to$INCLUDEDIR" "$to$DOCDIR"
install -m 644 "build/lib/libresponses.so.$version" "$to$LIBDIR/"
ln -sf "libresponses.so.$version" "$to$LIBDIR/$soname"
ln -sf "$soname" "$to$LIBDIR/libresponses.so"
install -m 644 include/responses.h include/responses_jansson.h "$to$INCLUDEDIR/"
scripts/pc.sh "$PREFIX" "$LIBDIR" "$INCLUDEDIR" > "$to$LIBDIR/pkgconfig/responses.pc"
chmod 644 "$to$LIBDIR/pkgconfig/responses.pc"
for document in LICENSE README.md CHANGELOG.md docs/*.md; do
    [ ! -e "$document" ] || install -m 644 "$document" "$to$DOCDIR/"
done

# The loader knows a new library in a system directory only after this; packages do it themselves.
if [ -z "$to" ] && [ "$(id -u)" = 0 ] && command -v ldconfig > /dev/null; then
    ldconfig
fi
